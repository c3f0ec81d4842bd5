import type { AbortOptions, Startable } from '../util/startable.ts'

/** One stored value with its key. */
export interface Entry {
  readonly key: string
  readonly value: Uint8Array
}

/** One change of a batch. The store may keep `value`: do not change it afterwards. */
export type Write =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string }

/**
 * A stretch of the key space, in the order of the keys' UTF-8 bytes. Bounds within the prefix narrow it; a bound
 * outside of the prefix is a mistake and gives keys outside of it.
 */
export interface KeyRange {
  /** Every key that starts with this ASCII text. */
  prefix?: string
  /** Of those only keys that end with this. The others are read and passed over, and count for `limit` too. */
  suffix?: string
  /** Keys behind this one. */
  gt?: string
  /** This key and those behind it. */
  gte?: string
  /** Keys before this one. */
  lt?: string
  /** From the end to the start. */
  reverse?: boolean
  /** Most keys to give. */
  limit?: number
}

export interface WriteOptions extends AbortOptions {
  /**
   * Resolve only when the disk has it, so that neither a killed process nor a power cut can lose it. Without, a killed
   * process loses nothing but a power cut may lose the last writes, the newest first and never one in between.
   */
  sync?: boolean
}

/**
 * Reading. Every method throws ClusterError: `ERR_DATASTORE_CORRUPT` when what is on disk cannot be right,
 * `ERR_DATASTORE` for any other failure.
 */
export interface DatastoreReader {
  get(key: string, options?: AbortOptions): Promise<Uint8Array | undefined>
  /** Values in the order of the keys. Much cheaper than as many calls of {@link get}. */
  getMany(keys: readonly string[], options?: AbortOptions): Promise<(Uint8Array | undefined)[]>
  has(key: string, options?: AbortOptions): Promise<boolean>
  /** Entries in the order of their keys, in chunks of bounded size, as of the moment of the first pull. */
  entries(range: KeyRange, options?: AbortOptions): AsyncIterable<readonly Entry[]>
  /** The same without values, which then are not read. */
  keys(range: KeyRange, options?: AbortOptions): AsyncIterable<readonly string[]>
}

/** What the store held at one moment. To be closed, since the store keeps what is deleted meanwhile. */
export interface DatastoreSnapshot extends DatastoreReader, AsyncDisposable {
  close(): Promise<void>
}

/**
 * The embedded store of a peer: an ordered map from text to bytes, all parts in one, told apart by prefix (see
 * `prefixes.ts`). Keys are text that starts with a slash, as a Go peer writes them.
 *
 * Writes throw ClusterError `ERR_DATASTORE_FULL` when there is no room left. What was acknowledged before stays; the
 * store takes writes again as soon as there is room.
 */
export interface Datastore extends DatastoreReader, Startable {
  /**
   * Makes the store usable. `start` does the same.
   *
   * @throws ClusterError `ERR_DATASTORE_LOCKED` when another process has it open
   */
  open(options?: AbortOptions): Promise<void>
  /** Waits for what is under way and lets go of the files. `stop` does the same. */
  close(): Promise<void>
  put(key: string, value: Uint8Array, options?: WriteOptions): Promise<void>
  /** It is no error if there is no such key. */
  delete(key: string, options?: WriteOptions): Promise<void>
  /** All of the changes or none of them, in their order. */
  batch(writes: readonly Write[], options?: WriteOptions): Promise<void>
  /** Deletes every key of the range. Not atomic: interrupted, it leaves the rest behind. */
  deleteRange(range: KeyRange, options?: AbortOptions): Promise<void>
  snapshot(): DatastoreSnapshot
  /**
   * Gives the memory of a value that was read back at once, where the value was a copy. Otherwise it stays until the
   * collector comes by, which large buffers do not drive: who goes through many of them would hold a hundred megabytes
   * that nobody needs.
   *
   * @param value - not used by anybody any more; it may be empty afterwards
   */
  release(value: Uint8Array): void
  /** Bytes that the range takes on disk, roughly; what was just written may be missing. */
  approximateSize(range: KeyRange): Promise<number>
}

/** How a LevelDB folder is opened. */
export interface LevelDatastoreInit {
  /** The folder; made when it is missing. */
  location: string
  /** Bytes of blocks kept in memory; 32 MiB when absent. More helps point reads in a store larger than the cache. */
  cacheSize?: number
  /** Bytes of the log before it becomes a table; 8 MiB when absent. Twice that may be held in memory. */
  writeBufferSize?: number
  /** Milliseconds between a failed write and the next attempt to write; 1000 when absent. */
  reopenDelay?: number
}
