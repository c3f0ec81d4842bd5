/**
 * @packageDocumentation
 *
 * What a peer asks of its IPFS node: pin, unpin, what is pinned, blocks, addresses. Spoken over the HTTP RPC of Kubo,
 * which the embedded node speaks as well.
 *
 * @example
 * const ipfs = ipfsHttp({ nodeMultiaddress: '/ip4/127.0.0.1/tcp/5001' })({})
 * await ipfs.ready({ signal: AbortSignal.timeout(10_000) })
 * console.log((await ipfs.id()).id)
 * for await (const { cid, status } of ipfs.pins(['recursive'])) console.log(cid.toString(), status)
 * await ipfs.stop?.()
 */
import { IpfsHttp } from './ipfs-http.ts'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { ComponentLogger } from '../util/logger.ts'
import type { IpfsConnector } from './interface.ts'

export { IPFS_HTTP_DEFAULTS } from './defaults.ts'
export { parseEndpoint } from './endpoint.ts'
export type { Endpoint } from './endpoint.ts'
export { JsonObjects } from './json-objects.ts'
export { connectReason, isNodeAway, KuboError } from './kubo-error.ts'
export { HASH_CODES } from './multicodec.ts'
export { parseIpfsPath } from './paths.ts'
export { isPinnedAs } from './pin-status.ts'
export type { IpfsPath } from './paths.ts'
export type { Block, HeldPin, IpfsConnector, IpfsPin, IpfsPinStatus } from './interface.ts'

/** Settings of `ipfs_connector.ipfshttp`. Times are in milliseconds; 0 is no limit. */
export interface IpfsHttpInit {
  /** Where the RPC of the node is: `/ip4/../tcp/..`, `/dns4/../tcp/..` or `/unix/..`. */
  nodeMultiaddress?: Multiaddr
  /**
   * How long after the start the peer has the node connect to the nodes of the other peers, so that blocks are found
   * without the DHT; 0: never.
   */
  connectSwarmsDelay?: number
  /** Longest time for a call that is neither a pin, an unpin nor a garbage collection; for a listing, without data. */
  ipfsRequestTimeout?: number
  /** Longest time without a new block while pinning. Too short, and slow providers make pins fail; 2 minutes is good. */
  pinTimeout?: number
  /** Longest time for an unpin. An unpin may have to wait for a garbage collection, hence hours. */
  unpinTimeout?: number
  repogcTimeout?: number
  /** After how many changes to the node the informers are triggered; 0: never. */
  informerTriggerInterval?: number
  /** Refuse to unpin anything. */
  unpinDisable?: boolean
}

export interface IpfsHttpComponents {
  logger?: ComponentLogger
  /** Called after every so many changes, see `informerTriggerInterval`. */
  triggerInformers?(): void
}

/**
 * A connector over the HTTP RPC of Kubo.
 *
 * @throws ClusterError `ERR_BAD_MULTIADDR`, when called with the components
 */
export function ipfsHttp(init: IpfsHttpInit = {}): (components: IpfsHttpComponents) => IpfsConnector {
  return (components) => new IpfsHttp(components, init)
}
