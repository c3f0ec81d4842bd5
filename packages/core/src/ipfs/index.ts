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
import type { IpfsConnector, IpfsHttpComponents, IpfsHttpInit } from './interface.ts'

export { IPFS_HTTP_DEFAULTS } from './defaults.ts'
export { parseEndpoint } from './endpoint.ts'
export type { Endpoint } from './endpoint.ts'
export { JsonObjects } from './json-objects.ts'
export { connectReason, isNodeAway, KuboError } from './kubo-error.ts'
export { HASH_CODES } from './multicodec.ts'
export { parseIpfsPath } from './paths.ts'
export { isPinnedAs } from './pin-status.ts'
export type { IpfsPath } from './paths.ts'
export type * from './interface.ts'

/**
 * A connector over the HTTP RPC of Kubo.
 *
 * @throws ClusterError `ERR_BAD_MULTIADDR`, when called with the components
 */
export function ipfsHttp(init: IpfsHttpInit = {}): (components: IpfsHttpComponents) => IpfsConnector {
  return (components) => new IpfsHttp(components, init)
}
