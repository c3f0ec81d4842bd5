import type { PeerId, PinInfo, TrackerStatus } from '@ipfs-cluster/api'
import { compareText } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { pinKeyToCid, readPinPlace } from '../codec/index.ts'
import type { ListedPin, PinListing } from '../pintracker/listed-pin.ts'
import type { Answerer } from '../pintracker/status.ts'
import type { StoredPin } from '../state/interface.ts'
import { KeyCursor } from './key-cursor.ts'
import type { AtRest, ListedStatus, Told } from './listed-status.ts'
import { toldOf } from './listed-status.ts'

/** Items that are given at once. */
const BATCH = 256

/** What the listings of several members are put together from. */
export interface MergedListingsInit {
  /** The one that lists. */
  peerId: PeerId
  listings: ReadonlyMap<PeerId, AsyncIterable<PinListing>>
  /** A member has failed: whether the items that follow show that. What this throws ends the listing. */
  onFailure(peer: PeerId, err: unknown): boolean
  /** The state of a pin on a peer that has failed. */
  failure(cid: CID, peer: PeerId, err: unknown): PinInfo
  /**
   * Pins behind a key, in the order of their keys: asked for once a member has failed that may be the only one to tell
   * of some. Absent: they need not be shown.
   */
  expected?(after: string | undefined): AsyncIterable<readonly StoredPin[]>
  /** Whether a pin is to be on that peer. */
  isExpectedOn(pin: StoredPin, peer: PeerId): boolean
}

/**
 * Puts together what members list in the order of the keys of the pinset, item by item: of each member no more is held
 * than a part. A member that fails shows as `cluster_error` in all items that follow.
 */
export async function* mergeListings(
  init: MergedListingsInit
): AsyncGenerator<readonly ListedStatus[], void, undefined> {
  const merger = new Merger(init)
  try {
    for (let batch = await merger.next(); batch !== undefined; batch = await merger.next()) {
      if (batch.length > 0) yield batch
    }
    const late = merger.late()
    if (late.length > 0) yield late
  } finally {
    merger.leave()
  }
}

class Merger {
  readonly #init: MergedListingsInit
  /** In the order in which an item shows them. */
  readonly #members: readonly MemberListing[]
  #failed: MemberListing[] = []
  #expected: KeyCursor<StoredPin> | undefined
  #last: string | undefined

  constructor(init: MergedListingsInit) {
    this.#init = init
    this.#members = [...init.listings]
      .map(([peer, listing]) => new MemberListing(peer, listing, peer !== init.peerId))
      .sort((a, b) => compareText(a.peer, b.peer))
  }

  /** Items as long as it is known which is the next one; undefined when there are no more. */
  async next(): Promise<readonly ListedStatus[] | undefined> {
    await Promise.all(this.#members.map((member) => this.#fill(member)))
    if (this.#failed.length > 0) this.#expected ??= this.#expectedPins()
    await this.#expected?.fill()
    const batch: ListedStatus[] = []
    let key = this.#nextKey()
    if (key === undefined) return undefined
    for (; key !== undefined && batch.length < BATCH; key = this.#nextKey()) {
      this.#last = key
      const item = this.#take(key)
      if (item.told.length > 0) batch.push(item)
    }
    return batch
  }

  /** Items that came when those around them had been given. */
  late(): ListedStatus[] {
    const items = new Map<string, (AtRest | Told)[]>()
    for (const { answerer, cursor, isRemote } of this.#members) {
      for (const pin of cursor.late)
        items.set(pin.key, [...(items.get(pin.key) ?? []), toldOf(answerer, pin, isRemote)])
    }
    return [...items].map(([key, told]) => ({ key, value: undefined, told }))
  }

  leave(): void {
    for (const { cursor } of this.#members) cursor.leave()
    this.#expected?.leave()
  }

  async #fill(member: MemberListing): Promise<void> {
    try {
      await member.cursor.fill()
    } catch (err) {
      if (!this.#init.onFailure(member.peer, err)) return
      member.failure = err
      this.#failed = this.#members.filter(({ failure }) => failure !== undefined)
    }
  }

  #expectedPins(): KeyCursor<StoredPin> {
    return new KeyCursor(this.#init.expected?.(this.#last) ?? nothing())
  }

  /** @returns undefined as well when somebody has to be waited for */
  #nextKey(): string | undefined {
    if (this.#expected !== undefined && this.#expected.item === undefined && !this.#expected.isDone) return undefined
    let least = this.#expected?.item?.key
    for (const { cursor } of this.#members) {
      const key = cursor.item?.key
      if (key === undefined && !cursor.isDone) return undefined
      if (key !== undefined && (least === undefined || key < least)) least = key
    }
    return least
  }

  #take(key: string): ListedStatus {
    const told: (AtRest | Told)[] = []
    const value = this.#valueOf(key)
    for (const member of this.#members) {
      const pin = member.cursor.item
      if (pin?.key !== key) continue
      told.push(member.told(pin, value))
      member.cursor.advance()
    }
    return this.#failed.length === 0 ? { key, value, told } : this.#withFailures(key, value, told)
  }

  /** The pin as the first member has it that tells of it as it is stored. */
  #valueOf(key: string): Uint8Array | undefined {
    for (const { cursor } of this.#members) {
      const pin = cursor.item
      if (pin?.key === key && pin.value !== undefined) return pin.value
    }
    return undefined
  }

  /** What is told of by somebody shows all that failed; what nobody tells of, those that should. */
  #withFailures(key: string, value: Uint8Array | undefined, told: readonly (AtRest | Told)[]): ListedStatus {
    const expected = this.#expected?.item?.key === key ? this.#expected.item : undefined
    if (expected !== undefined) this.#expected?.advance()
    const cid = pinKeyToCid(key)
    const failures = this.#failed
      .filter(({ peer }) => told.length > 0 || (expected !== undefined && this.#init.isExpectedOn(expected, peer)))
      .map(({ peer, failure }) => ({ info: this.#init.failure(cid, peer, failure) }))
    const all = [...told, ...failures].sort((a, b) => compareText(peerOf(a), peerOf(b)))
    return { key, value: value ?? expected?.value, told: all }
  }
}

/** What one member lists, and where in it the merge is. */
class MemberListing {
  readonly peer: PeerId
  readonly isRemote: boolean
  readonly cursor: KeyCursor<ListedPin>
  failure: unknown
  #answerer: Answerer
  /** Most items are at rest in one of a few ways: they share what is said of them. */
  #usual = new Map<string, AtRest>()

  constructor(peer: PeerId, listing: AsyncIterable<PinListing>, isRemote: boolean) {
    this.peer = peer
    this.isRemote = isRemote
    this.#answerer = { peerId: peer, peername: '', ipfsPeerId: '', ipfsPeerAddresses: [] }
    this.cursor = new KeyCursor(this.#pinsOf(listing))
  }

  get answerer(): Answerer {
    return this.#answerer
  }

  /** @param value - the pin as the item has it */
  told(pin: ListedPin, value: Uint8Array | undefined): AtRest | Told {
    const answerer = this.#answerer
    const { isRemote } = this
    const status = value === undefined ? undefined : statusAtRest(pin, value)
    if (status === undefined) return toldOf(answerer, pin, isRemote)
    let told = this.#usual.get(status)
    if (told === undefined) this.#usual.set(status, (told = { answerer, status, value: undefined, isRemote }))
    return told
  }

  async *#pinsOf(listing: AsyncIterable<PinListing>): AsyncGenerator<readonly ListedPin[], void, undefined> {
    for await (const { answerer, pins } of listing) {
      if (answerer !== this.#answerer) this.#usual = new Map()
      this.#answerer = answerer
      yield pins
    }
  }
}

/** The state of a pin of which nothing is told but that it is at rest; undefined: there is more to it. */
function statusAtRest(pin: ListedPin, value: Uint8Array): TrackerStatus | undefined {
  if (pin.value !== undefined) return isSame(pin.value, value) ? pin.status : undefined
  const { rest } = pin
  return rest !== undefined && rest.timestamp === readPinPlace(value).timestamp.seconds ? rest.status : undefined
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || Buffer.compare(a, b) === 0
}

function peerOf(told: AtRest | Told): PeerId {
  return told.info === undefined ? told.answerer.peerId : told.info.peer
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}
