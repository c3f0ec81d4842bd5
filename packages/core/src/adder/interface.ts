import type { AddedOutput, AddParams, PeerId, PinOptions } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { AddEntry } from '../cluster/interface.ts'
import type { Block } from '../ipfs/interface.ts'
import type { AbortOptions } from '../util/startable.ts'

/** Where the blocks of one add go: a node, several peers, shards. */
export interface BlockSink {
  /** Peers that the content is allocated to, as the outputs say. */
  readonly allocations: readonly PeerId[]
  /** Aborts, with the reason, when the blocks have nowhere to go any more. */
  readonly failed: AbortSignal
  /** Takes a block. The next one may come when the promise, if there is one, has been fulfilled. */
  put(block: Block): Promise<void> | undefined
  /** There are no more blocks: resolves when all of them are stored, rejects when they are not. */
  close(options?: AbortOptions): Promise<void>
  /** Gives up: what has been stored is left to garbage collection. Without effect after `close` has resolved. */
  abort(reason: unknown): void
}

/** Turns files and folders into blocks, has them stored, and their root pinned. */
export interface Adder {
  /**
   * Adds content: yields one output for each file, symlink and folder in the order in which they are built, a folder
   * after what is in it and the root last. All blocks are stored, and the root is pinned unless `params.noPin`, before
   * the last output is given. Nothing is pinned when anything fails before, or the caller ends the iteration.
   *
   * Of several roots, each is added and the last is pinned, as in the Go release.
   *
   * @throws ClusterError `ERR_ADD_OPTION`, `ERR_NOT_IMPLEMENTED`, `ERR_BAD_REQUEST` (nothing to add, names that
   * contradict one another), and whatever the entries, the sink or the pin fail with
   */
  add(entries: AsyncIterable<AddEntry>, params: AddParams, options?: AbortOptions): AsyncIterable<AddedOutput>
}

export interface AdderComponents {
  /**
   * Decides which peers get the content and opens the way to them. Called once for each add, when its options are known
   * to be good and there is something to add.
   */
  openSink(params: AddParams, options: AbortOptions): Promise<BlockSink>
  /** Pins the root of what has been added on the peers it was allocated to. */
  pin(root: CID, pinOptions: PinOptions, allocations: readonly PeerId[], options: AbortOptions): Promise<unknown>
}
