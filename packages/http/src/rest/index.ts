/**
 * @packageDocumentation
 *
 * The REST API of a peer: everything a {@link Cluster} can do, over HTTP, as the Go release v1.1.6 offers it.
 *
 * @example
 * const api = restApi({ httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/9094'] })({ cluster, logger })
 * await api.start()
 * console.log(api.addresses)
 */
import type { Multiaddr } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import type { ComponentLogger, Startable } from '@ipfs-cluster/core/util'
import { restErrorBody } from '../common/failure.ts'
import type { HttpSurfaceInit } from '../common/init.ts'
import type { Libp2pHost } from '../common/libp2p-listener.ts'
import { HttpSurface } from '../common/surface.ts'
import { EventFeed } from './events/index.ts'
import { restRoutes } from './routes.ts'

export { EventFeed } from './events/index.ts'
export type { EventFeedInit, ListenOptions } from './events/index.ts'
export { restRoutes } from './routes.ts'

/** The `restapi` section of `service.json`. */
export type RestApiInit = HttpSurfaceInit

export interface RestApiComponents {
  cluster: Cluster
  logger: ComponentLogger
  /**
   * The host of the peer, when whoever knows the secret of the cluster may use the API over it; a host that is configured
   * for the API comes before it. Absent in clusters whose secret is shared with followers.
   */
  libp2p?: Libp2pHost
}

/** The REST API; serves requests between start and stop. */
export interface RestApi extends Startable {
  /** Where it listens, with the ports that the system chose. Empty until started. */
  readonly addresses: Multiaddr[]
  /** Where it can be had over libp2p, each ending in `/p2p/<id>`. Empty until started, and when it is not. */
  readonly libp2pAddresses: Multiaddr[]
  /** @throws ClusterError `ERR_LISTEN`, `ERR_TLS_FILES`, `ERR_BAD_MULTIADDR` or `ERR_CONFIG` */
  start(): Promise<void>
  stop(): Promise<void>
}

export function restApi(init: RestApiInit): (components: RestApiComponents) => RestApi {
  return ({ cluster, logger, libp2p }) => {
    const feed = new EventFeed(cluster)
    const onStop = (): void => feed.close()
    const kind = { name: 'restapi', routes: restRoutes(feed), context: cluster, errorBody: restErrorBody, onStop }
    return new HttpSurface(init, kind, { logger, libp2p })
  }
}
