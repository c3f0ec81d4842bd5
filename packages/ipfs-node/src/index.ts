/**
 * @packageDocumentation
 *
 * An IPFS node to live beside a cluster peer, or alone: Helia's Bitswap and UnixFS on a store of its own, behind the
 * RPC of Kubo and a read-only gateway. Programs that talk to Kubo, such as `kubo-rpc-client` and `ipfs --api`, work on
 * it as they are.
 *
 * @example
 * ```ts
 * import { ipfsNode } from '@ipfs-cluster/ipfs-node'
 *
 * const node = await ipfsNode({
 *   repo: '/tmp/ipfs-example',
 *   profile: 'offline',
 *   api: '/ip4/127.0.0.1/tcp/0',
 *   gateway: '/ip4/127.0.0.1/tcp/0'
 * })
 * console.log(node.apiMultiaddr) // /ip4/127.0.0.1/tcp/38447
 * await node.stop()
 * ```
 */
import type { IpfsNode, IpfsNodeInit } from './interface.ts'
import { Node } from './node.ts'

export type * from './interface.ts'
export { StartError } from './errors.ts'
export type { NodeConfig, Profile } from './repo/config.ts'

/**
 * Starts a node.
 *
 * @throws StartError when the user must change something first: an address in use, a repo in use
 */
export async function ipfsNode(init: IpfsNodeInit): Promise<IpfsNode> {
  return Node.start(init)
}
