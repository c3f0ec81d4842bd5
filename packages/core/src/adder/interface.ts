import type { AddedOutput, AddParams, PeerId, Pin, PinOptions } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Block } from '../ipfs/interface.ts'
import type { AbortOptions } from '../util/startable.ts'

/** One node of what is added: a file with its bytes, a folder, or a symlink. Parents need no entry of their own. */
export interface AddEntry {
  /** Path below the root of the add, `/` between the parts; empty for a lone nameless file. */
  path: string
  kind: 'file' | 'directory' | 'symlink'
  /** The bytes of a file, the target of a symlink; read once, pulled as fast as the destinations take blocks. */
  content?: AsyncIterable<Uint8Array>
  /** Of a file: the path or URL at which it can be read again; must be there with `noCopy`. */
  source?: string
}

/** Where the blocks of one add, or of one part of it, go: a node, or several peers at once. */
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

/** What becomes of the blocks of one add: they are stored, as a whole or in shards, and pinned. */
export interface AddTarget extends Pick<BlockSink, 'allocations' | 'failed' | 'put'> {
  /** What there is to tell besides what is added, since the last call. */
  takeOutputs(): AddedOutput[]
  /** There are no more blocks. Resolves when all of them are stored and the roots are pinned. */
  complete(roots: readonly CID[], options: AbortOptions): Promise<void>
  /** Gives up, and takes back what has been pinned. Without effect after `complete` has resolved. */
  abort(reason: unknown): Promise<void>
}

/** What those who turn entries into blocks have in common. */
export interface SessionInit {
  target: Pick<AddTarget, 'allocations' | 'put'>
  /** Whether everything goes into one folder without a name. */
  wrap: boolean
  progress: boolean
  /** Whether there can be one root only. */
  singleRoot: boolean
  signal: AbortSignal
}

/** Turns the entries of one add into blocks. */
export interface EntrySession {
  /** The roots that are to be pinned, as far as they are known. */
  readonly roots: readonly CID[]
  /** Whether what else is sent counts for nothing. */
  readonly isFull: boolean
  add(entry: AddEntry): AsyncGenerator<AddedOutput, void, undefined>
  /** There are no more entries. */
  finish(): AsyncGenerator<AddedOutput, void, undefined>
}

/** Turns files, folders and CARs into blocks, has them stored, and their roots pinned. */
export interface Adder {
  /**
   * Adds content: yields one output for each file, symlink and folder in the order in which they are built, a folder
   * after what is in it and the root last. All blocks are stored, and the root is pinned unless `params.noPin`, before
   * the last output is given. Nothing stays pinned when anything fails before, or the caller ends the iteration.
   *
   * Of several roots of files, each is added and the last is pinned, as in the Go release; of a CAR, all are pinned.
   * With `params.shard` the outputs of the shards, and at last that of the cluster DAG, come as well.
   *
   * @throws ClusterError `ERR_ADD_OPTION`, `ERR_BAD_CAR`, `ERR_BAD_REQUEST` (nothing to add, names that contradict one
   * another), and whatever the entries, the sink or the pin fail with
   */
  add(entries: AsyncIterable<AddEntry>, params: AddParams, options?: AbortOptions): AsyncIterable<AddedOutput>
}

export interface SinkOptions extends AbortOptions {
  /** How many parts of the same add each peer has got: those with few are preferred. */
  load?: ReadonlyMap<PeerId, number>
}

export interface AdderComponents {
  /**
   * Decides which peers get the content, or a part of it, and opens the way to them. Called when the options are known
   * to be good and there is something to add.
   */
  openSink(params: AddParams, options: SinkOptions): Promise<BlockSink>
  /** Pins the root of what has been added on the peers it was allocated to. */
  pin(root: CID, pinOptions: PinOptions, allocations: readonly PeerId[], options: AbortOptions): Promise<unknown>
  /** What sharding needs besides. */
  shards: ShardComponents
}

export interface ShardComponents {
  /** Stores the nodes that list the shards in the IPFS node of this peer. */
  putLocal(blocks: Iterable<Block>, options: AbortOptions): Promise<void>
  /** Pins a shard, a cluster DAG or a sharded item. @returns whether there was no such pin before */
  pinPart(pin: Pin, options: AbortOptions): Promise<boolean>
  /** Takes pins out again, of an add that failed. */
  unpinParts(pins: readonly Pin[]): Promise<void>
}
