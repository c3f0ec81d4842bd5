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
}

/** The REST API; serves requests between start and stop. */
export interface RestApi extends Startable {
  /** Where it listens, with the ports that the system chose. Empty until started. */
  readonly addresses: Multiaddr[]
  /** @throws ClusterError `ERR_LISTEN`, `ERR_TLS_FILES` or `ERR_BAD_MULTIADDR` */
  start(): Promise<void>
  stop(): Promise<void>
}

export function restApi(init: RestApiInit): (components: RestApiComponents) => RestApi {
  return ({ cluster, logger }) => {
    const feed = new EventFeed(cluster)
    const onStop = (): void => feed.close()
    const kind = { name: 'restapi', routes: restRoutes(feed), context: cluster, errorBody: restErrorBody, onStop }
    return new HttpSurface(init, kind, { logger })
  }
}
