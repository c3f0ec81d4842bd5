/**
 * @packageDocumentation
 *
 * The IPFS Pinning Service API of a peer: what `ipfs pin remote` and other clients of that standard talk to. Every
 * recursive pin of the cluster is a pin of the service, and its CID is the request ID, as in the Go release v1.1.6.
 *
 * @example
 * const api = pinsvcApi({ httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/9097'] })({ cluster, logger })
 * await api.start()
 * console.log(api.addresses)
 */
import type { Multiaddr } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import type { ComponentLogger, Startable } from '@ipfs-cluster/core/util'
import type { HttpSurfaceInit } from '../common/init.ts'
import type { Libp2pHost } from '../common/libp2p-listener.ts'
import { HttpSurface } from '../common/surface.ts'
import { pinsvcErrorBody } from './failure.ts'
import { PinningService } from './pinning-service.ts'
import { pinsvcRoutes } from './routes.ts'

export { pinsvcRoutes } from './routes.ts'

/** The `pinsvcapi` section of `service.json`. */
export type PinsvcApiInit = HttpSurfaceInit

export interface PinsvcApiComponents {
  cluster: Pick<Cluster, 'state' | 'pin' | 'unpin' | 'status' | 'listStatuses' | 'metrics'>
  logger: ComponentLogger
  /**
   * The host of the peer, when whoever knows the secret of the cluster may use the API over it; a host that is configured
   * for the API comes before it. Absent in clusters whose secret is shared with followers.
   */
  libp2p?: Libp2pHost
}

/** The Pinning Service API; serves requests between start and stop. */
export interface PinsvcApi extends Startable {
  /** Where it listens, with the ports that the system chose. Empty until started. */
  readonly addresses: Multiaddr[]
  /** Where it can be had over libp2p, each ending in `/p2p/<id>`. Empty until started, and when it is not. */
  readonly libp2pAddresses: Multiaddr[]
  /** @throws ClusterError `ERR_LISTEN`, `ERR_TLS_FILES`, `ERR_BAD_MULTIADDR` or `ERR_CONFIG` */
  start(): Promise<void>
  stop(): Promise<void>
}

export function pinsvcApi(init: PinsvcApiInit): (components: PinsvcApiComponents) => PinsvcApi {
  return ({ cluster, logger, libp2p }) => {
    const context = new PinningService(cluster)
    return new HttpSurface(
      init,
      { name: 'pinsvcapi', routes: pinsvcRoutes, context, errorBody: pinsvcErrorBody },
      { logger, libp2p }
    )
  }
}
