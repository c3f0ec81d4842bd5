import { peerIdFromBytes, PinTypeBits } from '@ipfs-cluster/api'
import type { PeerId } from '@ipfs-cluster/api'
import { readPinPlace } from '../codec/index.ts'
import type { PinPlace } from '../codec/index.ts'
import type { DatastoreReader, KeyRange, Write } from '../datastore/index.ts'
import type { AbortOptions } from '../util/startable.ts'
import { creationTime, TIME_DIGITS, timeDigits } from './creation-time.ts'
import type { CreationRange } from './interface.ts'

/**
 * Data pins are counted by the first digits of their time: for each stretch of 4.7 hours, and for each of 65 seconds.
 * So a count up to some time adds up the stretches before it, and looks at the pins of one short stretch at most.
 */
const STRETCHES = [6, 8] as const
const LONGEST_STRETCH = 8

/** The value of an entry for each type, shared by all entries. */
const TYPES: Readonly<Record<number, Uint8Array>> = Object.fromEntries(
  Object.values(PinTypeBits).map((bit) => [bit, Uint8Array.of(bit)])
)

/** A pin whose stored form is another one; absent: it was, or is, not in the pinset. */
export interface PinChange {
  readonly key: string
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
}

/** A pin by its place in the index. */
export interface CreationEntry {
  readonly key: string
  /** {@link timeDigits} of its creation. */
  readonly digits: string
  /** One of `PinTypeBits`. */
  readonly type: number
}

/**
 * What is asked of the whole pinset again and again, kept beside it in the datastore: which pins were made when, and how
 * many each peer holds. Whoever changes a pin writes the changes of the index
 * in the same batch; whoever finds that the pinset was changed without it makes it anew.
 */
export class PinIndex {
  /** In front of all keys of the index. */
  readonly prefix: string
  readonly #pins: string
  readonly #peers: string

  /** @param prefix - with its last slash */
  constructor(prefix: string) {
    this.prefix = prefix
    this.#pins = `${prefix}created/`
    this.#peers = `${prefix}peers/`
  }

  /** What to write for these changes, of which each is of another pin. */
  async writesFor(changes: readonly PinChange[], store: Pick<DatastoreReader, 'getMany'>): Promise<Write[]> {
    const growth = new IndexGrowth()
    return [...this.entryWrites(changes, growth), ...(await this.countWrites(growth, store))]
  }

  /** The same without the counts: what these become is added to `growth`, for {@link countWrites} of many changes. */
  entryWrites(changes: readonly PinChange[], growth: IndexGrowth): Write[] {
    const writes: Write[] = []
    for (const { key, before, after } of changes) {
      const old = before && placeOf(key, before)
      const now = after && placeOf(key, after)
      if (old !== undefined && old.digits !== now?.digits) writes.push({ type: 'del', key: this.#keyOf(old) })
      if (now !== undefined && (old?.digits !== now.digits || old.type !== now.type)) {
        writes.push({ type: 'put', key: this.#keyOf(now), value: TYPES[now.type] ?? Uint8Array.of(now.type) })
      }
      if (old !== undefined) growth.add(old, -1)
      if (now !== undefined) growth.add(now, 1)
    }
    return writes
  }

  /** The pins of a range, in chunks of bounded size. Who lists the whole of it sees each pin once. */
  async *entries(
    store: Pick<DatastoreReader, 'entries'>,
    { behind, order = 'newest', signal, ...range }: CreationRange
  ): AsyncGenerator<readonly CreationEntry[]> {
    const isReverse = order === 'newest'
    const bounds = this.#boundsOf(digitsOf(range))
    if (behind !== undefined) {
      const place = this.#pins + timeDigits(behind.created) + behind.key
      if (isReverse) bounds.lt = bounds.lt === undefined || place < bounds.lt ? place : bounds.lt
      else if (bounds.gte === undefined || place >= bounds.gte) bounds.gt = place
    }
    const options = signal === undefined ? {} : { signal }
    for await (const chunk of store.entries({ ...bounds, reverse: isReverse }, options)) {
      yield chunk.map(({ key, value }) => ({
        digits: key.slice(this.#pins.length, this.#pins.length + TIME_DIGITS),
        key: key.slice(this.#pins.length + TIME_DIGITS),
        type: value[0] ?? 0
      }))
    }
  }

  /** Number of data pins of a range. */
  async count(store: Pick<DatastoreReader, 'entries'>, range: CreationRange): Promise<number> {
    const { from, to } = digitsOf(range)
    const end = await this.#countBefore(to, store, range)
    return from === undefined ? end : Math.max(0, end - (await this.#countBefore(from, store, range)))
  }

  /** Number of data pins that are allocated to each peer. */
  async pinsPerPeer(store: Pick<DatastoreReader, 'entries'>, options: AbortOptions): Promise<Map<PeerId, number>> {
    const counts = new Map<PeerId, number>()
    for await (const chunk of store.entries({ prefix: this.#peers }, options)) {
      for (const { key, value } of chunk) {
        counts.set(readPeerId(key.slice(this.#peers.length)), readCount(value))
      }
    }
    return counts
  }

  /** Number of data pins that were made before a time; undefined: of all. */
  async #countBefore(
    digits: string | undefined,
    store: Pick<DatastoreReader, 'entries'>,
    { signal }: CreationRange
  ): Promise<number> {
    const options = signal === undefined ? {} : { signal }
    let count = 0
    let done = ''
    for (const length of STRETCHES) {
      const prefix = this.#stretches(length)
      const lt = digits === undefined ? {} : { lt: prefix + digits.slice(0, length) }
      const range = { prefix, ...(done !== '' && { gte: prefix + done }), ...lt }
      for await (const chunk of store.entries(range, options)) {
        for (const { value } of chunk) count += readCount(value)
      }
      if (digits === undefined) return count
      done = digits.slice(0, length)
    }
    const rest: KeyRange = { prefix: this.#pins, gte: this.#pins + done, lt: this.#pins + (digits ?? '') }
    for await (const chunk of store.entries(rest, options)) {
      for (const { value } of chunk) count += Number(value[0] === PinTypeBits.pin)
    }
    return count
  }

  /** @param store - with all that was counted before */
  async countWrites({ stretches, peers }: IndexGrowth, store: Pick<DatastoreReader, 'getMany'>): Promise<Write[]> {
    const growth = new Map<string, number>()
    for (const [digits, by] of stretches) {
      for (const length of STRETCHES) addTo(growth, this.#stretches(length) + digits.slice(0, length), by)
    }
    for (const [id, by] of peers) growth.set(this.#peers + id, by)
    const changed = [...growth].filter(([, by]) => by !== 0)
    if (changed.length === 0) return []
    const counts = await store.getMany(changed.map(([key]) => key))
    return changed.map(([key, by], i) => {
      const count = readCount(counts[i]) + by
      return count > 0 ? { type: 'put', key, value: Buffer.from(String(count)) } : { type: 'del', key }
    })
  }

  #boundsOf({ from, to }: { from?: string; to?: string }): KeyRange {
    return {
      prefix: this.#pins,
      ...(from !== undefined && { gte: this.#pins + from }),
      ...(to !== undefined && { lt: this.#pins + to })
    }
  }

  #keyOf({ digits, key }: CreationEntry): string {
    return this.#pins + digits + key
  }

  #stretches(length: number): string {
    return `${this.prefix}count${length}/`
  }
}

/** What changes bring to the counts. */
export class IndexGrowth {
  /** By the first digits of the time, as many as the shortest stretch has. */
  readonly stretches = new Map<string, number>()
  /** By the ID in hex. */
  readonly peers = new Map<string, number>()

  /** Number of counts that change. */
  get size(): number {
    return this.stretches.size + this.peers.size
  }

  add({ type, digits, allocations }: StoredPlace, by: number): void {
    if (type !== PinTypeBits.pin) return
    addTo(this.stretches, digits.slice(0, LONGEST_STRETCH), by)
    if (allocations.length === 0) return
    for (const id of new Set(allocations.map((bytes) => Buffer.from(bytes).toString('hex')))) addTo(this.peers, id, by)
  }
}

function addTo(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

/** Where a pin belongs, and who holds it. */
export interface StoredPlace extends CreationEntry, Pick<PinPlace, 'allocations'> {}

/** Where a stored pin belongs; undefined when it is damaged, as nobody can tell then. */
export function placeOf(key: string, value: Uint8Array): StoredPlace | undefined {
  try {
    const { timestamp, type, allocations } = readPinPlace(value)
    const created = creationTime(key, timestamp)
    return { key, digits: timeDigits(created.toMilliseconds()), type: PinTypeBits[type], allocations }
  } catch {
    return undefined
  }
}

/** The first digits that belong to a range, and the first that do not any more. Pins have times of whole milliseconds. */
function digitsOf({ after, before }: CreationRange): { from?: string; to?: string } {
  return {
    ...(after !== undefined && Number.isFinite(after) && { from: timeDigits(Math.floor(after) + 1) }),
    ...(before !== undefined && Number.isFinite(before) && { to: timeDigits(Math.ceil(before)) })
  }
}

/** What is no ID of a peer is left as it is: nobody has that ID. */
function readPeerId(hex: string): PeerId {
  try {
    return peerIdFromBytes(Buffer.from(hex, 'hex'))
  } catch {
    return hex
  }
}

function readCount(value: Uint8Array | undefined): number {
  return value === undefined ? 0 : Number(Buffer.from(value).toString())
}
