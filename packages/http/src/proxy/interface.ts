import type { Multiaddr } from '@ipfs-cluster/api'
import type { ComponentLogger, Startable } from '@ipfs-cluster/core/util'
import type { HttpSurfaceInit } from '../common/init.ts'
import type { ProxiedCluster } from './route.ts'

/** The `ipfsproxy` section of `service.json`. */
export interface IpfsProxyInit extends Pick<
  HttpSurfaceInit,
  'readTimeout' | 'readHeaderTimeout' | 'writeTimeout' | 'idleTimeout' | 'maxHeaderBytes' | 'stopGrace'
> {
  /** Where to listen: `/ip4/...`, `/ip6/...` and `/dns4/...` with `/tcp/<port>`, or `/unix/<path>`. Port 0: any. */
  listenMultiaddress: readonly Multiaddr[]
  /** The RPC of the IPFS node, which may be the proxy of another cluster. */
  nodeMultiaddress?: Multiaddr
  /** Whether the node speaks HTTPS; its certificate must be trusted. */
  nodeHttps?: boolean
  /** File that gets one line for each request; empty or absent: the log of the peer. */
  logFile?: string
  /** Headers of the node that answers of the proxy are to have, besides those that browsers need. */
  extractHeadersExtra?: readonly string[]
  /** Path at which the node is asked for these headers. */
  extractHeadersPath?: string
  /** Milliseconds for which they are remembered; 0: for ever. */
  extractHeadersTtl?: number
}

export interface IpfsProxyComponents {
  cluster: ProxiedCluster
  logger: ComponentLogger
}

/** The IPFS proxy; serves requests between start and stop, and is not started again. */
export interface IpfsProxy extends Startable {
  /** Where it listens, with the ports that the system chose. Empty until started. */
  readonly addresses: Multiaddr[]
  /** @throws ClusterError `ERR_LISTEN` or `ERR_BAD_MULTIADDR` */
  start(): Promise<void>
  stop(): Promise<void>
}
