import type { IpfsId, IpfsRepoGc, IpfsRepoStat, Multiaddr, PeerId, Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { ComponentLogger } from '../util/logger.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'

/** How an IPFS node holds a CID. */
export type IpfsPinStatus = 'bug' | 'error' | 'direct' | 'recursive' | 'indirect' | 'unpinned'

/** An entry of the IPFS node's own pin list. */
export interface IpfsPin {
  cid: CID
  status: IpfsPinStatus
}

/** The same by the bytes of the CID, for those who go through all of them. */
export interface HeldPin {
  cid: Uint8Array
  status: IpfsPinStatus
}

/** A block on its way to an IPFS node. */
export interface Block {
  cid: CID
  readonly data: Uint8Array
  /** The same bytes in pieces, for those who need not have them in one: `data` may have to be put together. */
  readonly parts?: readonly Uint8Array[]
  /** The node is to pin what is below this block when it has all that come with it, see `putBlocks`. */
  pin?: boolean
}

/**
 * Everything a peer asks of its IPFS node. Implemented over the Kubo RPC, which both Kubo and the embedded node speak.
 *
 * Every method throws ClusterError `ERR_IPFS_UNAVAILABLE` when the node cannot be reached, and `ERR_IPFS` with the
 * node's own words when it answers with an error.
 */
export interface IpfsConnector extends Startable {
  /** Identity and addresses of the node. */
  id(options?: AbortOptions): Promise<IpfsId>
  /** Resolves when the node answers for the first time. */
  ready(options?: AbortOptions): Promise<void>
  /**
   * Pins, fetching what is missing. Fails when `pin_timeout` passes without a new block, however long the whole takes.
   */
  pin(pin: Pin, options?: AbortOptions & { onProgress?(blocks: number): void }): Promise<void>
  /** Removes the pin. It is no error if there is none. */
  unpin(cid: CID, options?: AbortOptions): Promise<void>
  /** How the node holds the CID: as the root of a pin of this kind, or not. */
  pinStatus(pin: Pick<Pin, 'cid' | 'maxDepth'>, options?: AbortOptions): Promise<IpfsPinStatus>
  /** The node's pins of the given kinds, streamed. */
  pins(kinds: readonly ('recursive' | 'direct' | 'indirect')[], options?: AbortOptions): AsyncIterable<IpfsPin>
  /** The same many at a time, as they come. */
  heldPins(kinds: readonly ('recursive' | 'direct')[], options?: AbortOptions): AsyncIterable<readonly HeldPin[]>
  /**
   * Stores blocks; back-pressure by pulling. Where the node has `dag/import`, garbage collection waits until this has
   * ended, and the blocks that ask for it are pinned before that, recursively: all that is below them must be there.
   */
  putBlocks(blocks: AsyncIterable<Block> | Iterable<Block>, options?: AbortOptions): Promise<void>
  getBlock(cid: CID, options?: AbortOptions): Promise<Uint8Array>
  repoStat(options?: AbortOptions): Promise<IpfsRepoStat>
  repoGc(options?: AbortOptions): AsyncIterable<IpfsRepoGc>
  /** The CID that a path such as `/ipfs/bafy.../a/b` or `/ipns/name` stands for. */
  resolve(path: string, options?: AbortOptions): Promise<CID>
  swarmPeers(options?: AbortOptions): Promise<PeerId[]>
  /** Connects the node to others; that some of the addresses do not answer is no error, that none does is one. */
  swarmConnect(addresses: readonly Multiaddr[], options?: AbortOptions): Promise<void>
  /** A value of the node's configuration, e.g. `Datastore/StorageMax`. */
  configKey(key: string, options?: AbortOptions): Promise<unknown>
}

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
