import type { AbstractSnapshot } from 'abstract-level'
import type { AbortOptions } from '../util/startable.ts'
import {
  CHUNK_BYTES,
  CHUNK_ENTRIES,
  ENTRY_BYTES,
  FIRST_CHUNK_ENTRIES,
  ITERATOR_BYTES,
  READS_IN_A_ROW,
  SMALL_READ
} from './defaults.ts'
import { toDatastoreError } from './errors.ts'
import type { DatastoreReader, DatastoreSnapshot, Entry, KeyRange, WriteOptions } from './interface.ts'
import type { NativeGarbage } from './native-garbage.ts'
import { toLevelRange } from './range.ts'
import type { LevelRange } from './range.ts'

interface ReadOptions {
  snapshot?: AbstractSnapshot
}

/**
 * What is used of a store of the Level family, whose keys are text and whose values are bytes. Written out, because the
 * family's own types refer to themselves in a way that the compiler accepts or not by the order in which it meets them.
 */
export interface Level {
  readonly status: string
  open(): Promise<void>
  close(): Promise<void>
  getSync(key: string, options: ReadOptions): Uint8Array | undefined
  get(key: string, options: ReadOptions): Promise<Uint8Array | undefined>
  getMany(keys: string[], options: ReadOptions): Promise<(Uint8Array | undefined)[]>
  iterator(options: LevelRange & ReadOptions & { values: boolean }): LevelIterator
  batch(): LevelBatch
  snapshot(): AbstractSnapshot
}

type Chunk = [string, Uint8Array][]

export interface LevelBatch {
  put(key: string, value: Uint8Array): unknown
  del(key: string): unknown
  write(options: WriteOptions): Promise<void>
}

interface LevelIterator {
  nextv(size: number): Promise<[string, Uint8Array][]>
  close(): Promise<void>
}

/** Reading from a Level store, now or as of a snapshot. */
export abstract class LevelReader implements DatastoreReader {
  /** Named in errors. */
  protected readonly location: string
  protected readonly garbage: NativeGarbage
  readonly #snapshot: AbstractSnapshot | undefined
  #reads = 0

  constructor(location: string, garbage: NativeGarbage, snapshot?: AbstractSnapshot) {
    this.location = location
    this.garbage = garbage
    this.#snapshot = snapshot
  }

  /** @throws ClusterError when the store is not open */
  protected abstract get db(): Level

  async get(key: string, options: AbortOptions = {}): Promise<Uint8Array | undefined> {
    return this.read(options, async () =>
      this.#mayReadHere() ? this.db.getSync(key, this.#readOptions()) : this.db.get(key, this.#readOptions())
    )
  }

  async getMany(keys: readonly string[], options: AbortOptions = {}): Promise<(Uint8Array | undefined)[]> {
    if (keys.length === 0) return []
    return this.read(options, async () => {
      const readOptions = this.#readOptions()
      if (keys.length > SMALL_READ || !this.#mayReadHere()) return this.db.getMany(keys as string[], readOptions)
      return keys.map((key) => this.db.getSync(key, readOptions))
    })
  }

  async has(key: string, options: AbortOptions = {}): Promise<boolean> {
    return (await this.get(key, options)) !== undefined
  }

  async *entries(range: KeyRange, options: AbortOptions = {}): AsyncGenerator<readonly Entry[]> {
    const { suffix } = range
    for await (const chunk of this.#chunks(range, true, options)) {
      const entries: Entry[] = []
      for (const [key, value] of chunk) if (suffix === undefined || key.endsWith(suffix)) entries.push({ key, value })
      if (entries.length > 0) yield entries
    }
  }

  async *keys(range: KeyRange, options: AbortOptions = {}): AsyncGenerator<readonly string[]> {
    const { suffix } = range
    for await (const chunk of this.#chunks(range, false, options)) {
      const keys: string[] = []
      for (const [key] of chunk) if (suffix === undefined || key.endsWith(suffix)) keys.push(key)
      if (keys.length > 0) yield keys
    }
  }

  /** Runs a read; a failure comes out as a ClusterError. */
  protected async read<T>(options: AbortOptions, run: () => Promise<T>): Promise<T> {
    options.signal?.throwIfAborted()
    try {
      return await run()
    } catch (err) {
      throw toDatastoreError(err, this.location)
    }
  }

  async *#chunks(range: KeyRange, values: boolean, options: AbortOptions): AsyncGenerator<Chunk> {
    const iterator = await this.read(options, async () =>
      this.db.iterator({
        ...toLevelRange(range),
        ...this.#readOptions(),
        values,
        // Understood by classic-level: a listing must not push the working set out of the cache.
        ...{ fillCache: false, highWaterMarkBytes: CHUNK_BYTES }
      })
    )
    const { limit = Infinity } = range
    // classic-level makes room for all the entries that it is asked for at once, and keeps it.
    let asked = Math.max(1, Math.min(limit, FIRST_CHUNK_ENTRIES))
    let given = 0
    const read = async (): Promise<Chunk> => {
      const chunk = await this.read(options, () => iterator.nextv(asked))
      given += chunk.length
      return chunk
    }
    const readMore = (): Promise<Chunk> => {
      asked = Math.min(2 * asked, CHUNK_ENTRIES)
      return read()
    }
    const isMore = (chunk: Chunk): boolean => given < limit && (chunk.length >= asked || mayBeCut(chunk))
    let last: Chunk = []
    let ahead: Promise<Chunk> | undefined
    try {
      last = await read()
      const hasMore = isMore(last)
      if (last.length > 0) yield last
      if (!hasMore) return
      ahead = readMore()
      while (ahead !== undefined) {
        last = await ahead
        // While what is here is worked on, another thread reads what follows.
        ahead = isMore(last) ? readMore() : undefined
        ahead?.catch(() => {})
        if (last.length > 0) yield last
      }
    } finally {
      await ahead?.catch(() => {})
      await iterator.close()
      this.garbage.add(ITERATOR_BYTES + asked * ENTRY_BYTES + bytesOf(last))
    }
  }

  /**
   * Whether a read need not go to another thread. Going there and back takes ten times as long as a read that finds its
   * blocks in memory, and a lone pin reads a dozen times. Now and then one goes there all the same: a walk through the
   * store, each step of which is a read, would else leave nobody else a turn until its end.
   */
  #mayReadHere(): boolean {
    this.#reads++
    return this.db.status === 'open' && this.#reads % READS_IN_A_ROW !== 0
  }

  #readOptions(): ReadOptions {
    return this.#snapshot === undefined ? {} : { snapshot: this.#snapshot }
  }
}

/** A snapshot of a Level store. */
export class LevelSnapshot extends LevelReader implements DatastoreSnapshot {
  protected readonly db: Level
  readonly #held: AbstractSnapshot

  constructor(db: Level, location: string, garbage: NativeGarbage) {
    const held = db.snapshot()
    super(location, garbage, held)
    this.db = db
    this.#held = held
  }

  async close(): Promise<void> {
    await this.#held.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** Whether a chunk may have ended by its size: a character of a key is up to three bytes. */
function mayBeCut(chunk: Chunk): boolean {
  return bytesOf(chunk) > CHUNK_BYTES / 3
}

function bytesOf(entries: Chunk): number {
  return entries.reduce((sum, [key, value]) => sum + key.length + (value?.length ?? 0), 0)
}
