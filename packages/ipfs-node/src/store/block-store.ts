import { codeOf } from '../errors.ts'
import { recordHead } from './car-record.ts'
import type { Change, Database } from './database.ts'
import type { Location } from './rows.ts'
import { BLOCK_PREFIX, blockKey, decodeLocation, encodeLocation, encodeSegmentRow, segmentKey } from './rows.ts'
import type { Segment } from './segment.ts'
import type { Segments } from './segments.ts'

/** Most bytes and blocks that go to the disk in one call. */
const WRITE_BYTES = 4 << 20
const WRITE_BLOCKS = 512
/** Blocks written but not yet in the index are indexed when there are so many bytes or blocks of them. */
const FLUSH_BYTES = 32 << 20
const FLUSH_BLOCKS = 8192
/** Above this many times the two limits a writer waits for the disk. */
const FLUSH_LAG = 3

/** A block and its place, as the index has it. */
export interface Entry {
  multihash: Uint8Array
  location: Location
}

interface Pending {
  multihash: Uint8Array
  /** Undefined once written. */
  data: Uint8Array | undefined
  /** Undefined until written. */
  location: Location | undefined
  /** The place it had before, when it is being moved. */
  movedFrom: Location | undefined
  written: PromiseWithResolvers<void>
}

/**
 * Blocks by multihash, so that the same bytes under different CIDs are kept once.
 *
 * Blocks are appended to segments; the index in the database tells where each one lies. A block counts only once the
 * index knows it, and the index learns of it after its bytes are on disk: what a crash leaves half-written is never
 * taken for a block. {@link put} makes a block readable, {@link flush} makes all that were put before it durable, for
 * any number of callers with one wait for the disk.
 */
export class BlockStore {
  readonly segments: Segments
  readonly #database: Database
  readonly #pending = new Map<string, Pending>()
  #queue: Pending[] = []
  #writing: Promise<void> | undefined
  #appending: Promise<void> = Promise.resolve()
  #unflushedBytes = 0
  #flushing: Promise<void> = Promise.resolve()
  #nextFlush: Promise<void> | undefined
  #exclusive: Promise<unknown> = Promise.resolve()
  #removing: { keys: Set<string>; done: Promise<void> } | undefined

  constructor(database: Database, segments: Segments) {
    this.#database = database
    this.segments = segments
  }

  /**
   * Opens the store. Blocks that their files have lost are forgotten, so that they can be fetched again.
   *
   * @returns how many these are
   */
  async open(): Promise<number> {
    const damaged = new Map((await this.segments.open(this.#database)).map((segment) => [segment.id, segment]))
    if (damaged.size === 0) return 0
    let forgotten = 0
    for await (const entry of this.entries()) {
      const { segment, offset, length } = entry.location
      const size = damaged.get(segment)?.size
      if (size === undefined || offset + length <= size) continue
      await this.#unindex([entry])
      forgotten++
    }
    return forgotten
  }

  async close(): Promise<void> {
    await this.#writing
    await this.flush()
    await this.#exclusive
    await this.segments.close()
  }

  /**
   * Stores a block; it is durable after the next {@link flush}. Once the promise resolves the caller may use the memory
   * of the bytes for something else.
   */
  async put(multihash: Uint8Array, data: Uint8Array): Promise<void> {
    const key = keyOf(multihash)
    await this.#removal(key)
    let pending = this.#pending.get(key)
    if (pending === undefined) {
      if (this.#lookup(multihash) !== undefined) return
      pending = this.#enqueue(key, multihash, data)
    }
    await pending.written.promise
    if (this.#unflushedBytes > FLUSH_LAG * FLUSH_BYTES || this.#pending.size > FLUSH_LAG * FLUSH_BLOCKS) {
      await this.flush()
    }
  }

  /** The bytes of a block, undefined when it is not here. */
  async get(multihash: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#read(
      multihash,
      // A copy: its owner may change the memory once the block is written.
      (data) => data.slice(),
      (segment, { offset, length }) => segment.read(offset, length)
    )
  }

  /** The first bytes of a block, and how long the whole is. */
  async head(multihash: Uint8Array, bytes: number): Promise<{ head: Uint8Array; size: number } | undefined> {
    return this.#read(
      multihash,
      (data) => ({ head: data.slice(0, bytes), size: data.length }),
      async (segment, { offset, length }) => ({
        head: await segment.read(offset, Math.min(bytes, length)),
        size: length
      })
    )
  }

  /** Bytes of a block, undefined when it is not here. */
  async size(multihash: Uint8Array): Promise<number | undefined> {
    const key = keyOf(multihash)
    await this.#removal(key)
    const pending = this.#pending.get(key)
    return pending?.data?.length ?? (pending?.location ?? this.#lookup(multihash))?.length
  }

  async has(multihash: Uint8Array): Promise<boolean> {
    return (await this.size(multihash)) !== undefined
  }

  /** Resolves when all blocks that were put before are on disk and indexed. */
  async flush(): Promise<void> {
    // A flush under way may have begun before the caller's blocks were written: the one after it has them all.
    this.#nextFlush ??= this.#flushing
      .catch(() => {})
      .then(() => {
        this.#nextFlush = undefined
        this.#flushing = this.#lock(() => this.#flush())
        return this.#flushing
      })
    return this.#nextFlush
  }

  /** All indexed blocks, as they are now. */
  async *entries(): AsyncGenerator<Entry> {
    for await (const [key, row] of this.#database.entries(BLOCK_PREFIX)) {
      yield { multihash: key.subarray(1), location: decodeLocation(row) }
    }
  }

  /** The place of an indexed block. */
  locate(multihash: Uint8Array): Location | undefined {
    return this.#lookup(multihash)
  }

  /**
   * Removes blocks, all or none, except those that `keep` holds back at the moment of removal. A put of one of them
   * that comes later stores it anew.
   */
  async remove(entries: readonly Entry[], keep: (multihash: Uint8Array) => boolean = () => false): Promise<Entry[]> {
    return this.#lock(async () => {
      const removed = entries.filter((entry) => !keep(entry.multihash))
      const done = Promise.withResolvers<void>()
      this.#removing = { keys: new Set(removed.map(({ multihash }) => keyOf(multihash))), done: done.promise }
      try {
        await this.#unindex(removed)
      } finally {
        this.#removing = undefined
        done.resolve()
      }
      return removed
    })
  }

  /** Appends an indexed block anew, so that its old segment can go. It moves with the next {@link flush}. */
  async move(entry: Entry, data: Uint8Array): Promise<void> {
    const key = keyOf(entry.multihash)
    if (this.#pending.has(key)) return
    await this.#enqueue(key, entry.multihash, data, entry.location).written.promise
    if (this.#unflushedBytes > FLUSH_BYTES) await this.flush()
  }

  /** Lets nothing more be appended to a segment, and indexes what was. */
  async retire(segment: Segment): Promise<void> {
    this.segments.seal(segment)
    await this.#appending.catch(() => {})
    await this.flush()
  }

  /** Forgets a segment that holds no block any more. */
  async drop(segment: Segment): Promise<void> {
    await this.#lock(() => this.#database.write([{ type: 'del', key: segmentKey(segment.id) }]))
    await this.segments.remove(segment)
  }

  async #read<T>(
    multihash: Uint8Array,
    fromMemory: (data: Uint8Array) => T,
    fromDisk: (segment: Segment, location: Location) => Promise<T>
  ): Promise<T | undefined> {
    const key = keyOf(multihash)
    await this.#removal(key)
    for (let attempt = 0; ; attempt++) {
      const pending = this.#pending.get(key)
      if (pending?.data !== undefined) return fromMemory(pending.data)
      const location = pending?.location ?? this.#lookup(multihash)
      if (location === undefined) return undefined
      const segment = this.segments.get(location.segment)
      try {
        if (segment !== undefined && location.offset + location.length <= segment.size) {
          return await fromDisk(segment, location)
        }
      } catch (err) {
        if (codeOf(err) !== 'ENOENT') throw err
      }
      // The block was moved to another segment after it was looked up.
      if (attempt > 0) throw new Error(`the repo is damaged: a block is missing in segment ${location.segment}`)
    }
  }

  #enqueue(key: string, multihash: Uint8Array, data: Uint8Array, movedFrom?: Location): Pending {
    const written = Promise.withResolvers<void>()
    const pending: Pending = { multihash, data, location: undefined, movedFrom, written }
    this.#pending.set(key, pending)
    this.#queue.push(pending)
    this.#writing ??= this.#drain()
    return pending
  }

  async #drain(): Promise<void> {
    // What else arrives in this turn of the event loop is written together.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch()
      try {
        this.#appending = this.#append(batch)
        await this.#appending
        for (const pending of batch) pending.written.resolve()
      } catch (err) {
        for (const pending of batch) {
          this.#pending.delete(keyOf(pending.multihash))
          pending.written.reject(err)
        }
      }
    }
    this.#writing = undefined
    if (this.#unflushedBytes > FLUSH_BYTES || this.#pending.size > FLUSH_BLOCKS) this.flush().catch(() => {})
  }

  #takeBatch(): Pending[] {
    let bytes = 0
    let count = 0
    const isMove = this.#queue[0]?.movedFrom !== undefined
    for (const { data, movedFrom } of this.#queue) {
      if (count === WRITE_BLOCKS || bytes >= WRITE_BYTES || (movedFrom !== undefined) !== isMove) break
      bytes += data?.length ?? 0
      count++
    }
    return this.#queue.splice(0, count)
  }

  async #append(batch: Pending[]): Promise<void> {
    const buffers: Uint8Array[] = []
    const starts: number[] = []
    let total = 0
    for (const { multihash, data } of batch) {
      if (data === undefined) continue
      const head = recordHead(multihash, data.length)
      starts.push(total + head.length)
      total += head.length + data.length
      buffers.push(head, data)
    }
    const segment = await this.segments.forAppend(total, batch[0]?.movedFrom !== undefined)
    const position = segment.size
    await segment.write(buffers, position)
    segment.size = position + total
    batch.forEach((pending, i) => {
      const length = pending.data?.length ?? 0
      pending.location = { segment: segment.id, offset: position + (starts[i] ?? 0), length }
      pending.data = undefined
      this.#unflushedBytes += length
    })
  }

  async #flush(): Promise<void> {
    const written = [...this.#pending].filter(([, { location }]) => location !== undefined)
    if (written.length === 0) return
    const bytes = written.reduce((sum, [, { location }]) => sum + (location?.length ?? 0), 0)
    const totals = new SegmentTotals(this.segments)
    const changes: Change[] = []
    for (const [, { multihash, location, movedFrom }] of written) {
      if (location === undefined) continue
      changes.push({ type: 'put', key: blockKey(multihash), value: encodeLocation(location) })
      totals.add(location)
      if (movedFrom !== undefined) totals.subtract(movedFrom)
    }
    await Promise.all(totals.segments().map((segment) => segment.sync()))
    await this.segments.syncFolder()
    await this.#database.write([...changes, ...totals.changes()])
    totals.commit()
    this.#unflushedBytes -= bytes
    for (const [key] of written) this.#pending.delete(key)
  }

  async #unindex(entries: readonly Entry[]): Promise<void> {
    const totals = new SegmentTotals(this.segments)
    const changes: Change[] = entries.map(({ multihash }) => ({ type: 'del', key: blockKey(multihash) }))
    for (const { location } of entries) totals.subtract(location)
    await this.#database.write([...changes, ...totals.changes()])
    totals.commit()
  }

  #lookup(multihash: Uint8Array): Location | undefined {
    const row = this.#database.get(blockKey(multihash))
    return row === undefined ? undefined : decodeLocation(row)
  }

  async #removal(key: string): Promise<void> {
    if (this.#removing?.keys.has(key) === true) await this.#removing.done
  }

  /** One change of the index at a time, or the sums of the segments would mix. */
  async #lock<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#exclusive.then(action)
    this.#exclusive = result.catch(() => {})
    return result
  }
}

/** The sums of segments as they will be after a change, taken over when the change is on disk. */
class SegmentTotals {
  readonly #segments: Segments
  readonly #deltas = new Map<Segment, { live: number; count: number; end: number }>()

  constructor(segments: Segments) {
    this.#segments = segments
  }

  add(location: Location): void {
    this.#change(location, 1)
  }

  subtract(location: Location): void {
    this.#change(location, -1)
  }

  segments(): Segment[] {
    return [...this.#deltas.keys()]
  }

  changes(): Change[] {
    return this.segments().map((segment) => ({
      type: 'put',
      key: segmentKey(segment.id),
      value: encodeSegmentRow(this.#after(segment))
    }))
  }

  commit(): void {
    for (const segment of this.#deltas.keys()) segment.row = this.#after(segment)
  }

  #after(segment: Segment): Segment['row'] {
    const { live, count, end } = this.#deltas.get(segment) ?? { live: 0, count: 0, end: 0 }
    const { row } = segment
    return { size: Math.max(Math.min(row.size, segment.size), end), live: row.live + live, count: row.count + count }
  }

  #change({ segment: id, offset, length }: Location, sign: 1 | -1): void {
    const segment = this.#segments.get(id)
    if (segment === undefined) return
    const delta = this.#deltas.get(segment) ?? { live: 0, count: 0, end: 0 }
    delta.live += sign * length
    delta.count += sign
    if (sign > 0) delta.end = Math.max(delta.end, offset + length)
    this.#deltas.set(segment, delta)
  }
}

/** A multihash as a key of a map. */
export function keyOf(multihash: Uint8Array): string {
  return Buffer.from(multihash.buffer, multihash.byteOffset, multihash.byteLength).toString('latin1')
}
