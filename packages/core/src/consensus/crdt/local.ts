import type { Pin, Time } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { decodePin, encodePin } from '../../codec/index.ts'
import { isExpired } from '../../state/index.ts'
import { applyOwnBlock } from './apply.ts'
import { MAX_DELTA_SIZE, MAX_HEIGHT, MAX_LINKS } from './defaults.ts'
import { makeBlock } from './delta-block.ts'
import { encodedSize } from './delta.ts'
import type { Delta, Element, Tombstone } from './delta.ts'
import { liveIds } from './merge.ts'
import type { SetView } from './merge.ts'
import type { Transaction } from './transaction.ts'

/** A change that somebody on this peer asks for. */
export type Change =
  /** With a value to replace: only if the pin that the key then has is the same. */
  | { readonly type: 'add'; readonly key: string; readonly value: Uint8Array; readonly replaces?: Uint8Array }
  /** With a time: only if the pin that the key then has is expired by it. */
  | { readonly type: 'remove'; readonly key: string; readonly expiredBy?: Time }

/** Bytes that a change takes in a delta, roughly; for a removal unknown before the store was asked. */
export function changeSize(change: Change): number {
  return encodedSize(change.type === 'add' ? change : { key: change.key, id: '' })
}

/**
 * Turns changes into deltas, and these into blocks on top of the heads.
 *
 * @returns the CID of the last block; undefined when the changes change nothing
 */
export async function applyChanges(tx: Transaction, changes: readonly Change[]): Promise<CID | undefined> {
  let last: CID | undefined
  for await (const delta of deltasFor(changes, tx)) {
    const priority = Math.min(tx.heads.maxHeight + 1, MAX_HEIGHT)
    const block = makeBlock({ ...delta, priority }, tx.heads.cids().slice(0, MAX_LINKS))
    await applyOwnBlock(tx, block)
    last = block.cid
  }
  return last
}

/**
 * The deltas that do what the changes do one after the other: for each key an element for its last addition, if nothing
 * removes it after, and if it is removed at all a tombstone for each addition that is stored. One delta, unless it
 * would be too large.
 */
export async function* deltasFor(
  changes: readonly Change[],
  view: Pick<SetView, 'histories' | 'value'>
): AsyncGenerator<Omit<Delta, 'priority'>> {
  const net = await netChanges(changes, view)
  const removed = [...net.values()].filter((change) => change.removed).map(({ key }) => key)
  const histories = await view.histories(removed)
  const liveOf = new Map(removed.map((key, i) => [key, liveIds(histories[i])]))
  let builder = new DeltaBuilder()
  for (const { key, value } of net.values()) {
    const entries: (Element | Tombstone)[] = (liveOf.get(key) ?? []).map((id) => ({ key, id }))
    if (value !== undefined) entries.push({ key, value })
    for (const entry of entries) {
      if (!builder.hasRoomFor(entry)) {
        yield builder.finish()
        builder = new DeltaBuilder()
      }
      builder.add(entry)
    }
  }
  if (!builder.isEmpty) yield builder.finish()
}

interface NetChange {
  readonly key: string
  removed: boolean
  value: Uint8Array | undefined
}

async function netChanges(changes: readonly Change[], view: Pick<SetView, 'value'>): Promise<Map<string, NetChange>> {
  const net = new Map<string, NetChange>()
  for (const change of changes) {
    const earlier = net.get(change.key)
    const condition = conditionOf(change)
    if (condition !== undefined) {
      const value = earlier === undefined ? await view.value(change.key) : earlier.value
      if (value === undefined || !holds(condition, value)) continue
    }
    const { removed = false } = earlier ?? {}
    net.delete(change.key)
    const value = change.type === 'add' ? change.value : undefined
    net.set(change.key, { key: change.key, removed: removed || change.type === 'remove', value })
  }
  return net
}

/** What must be so of the pin that the key of a change has when its turn comes. */
type Condition = (pin: Pin) => boolean

function conditionOf(change: Change): Condition | undefined {
  if (change.type === 'remove') {
    const { expiredBy } = change
    return expiredBy && ((pin) => isExpired(pin, expiredBy))
  }
  const { replaces } = change
  // A Go peer may have written the same pin in other bytes.
  return replaces && ((pin) => Buffer.compare(encodePin(pin), replaces) === 0)
}

function holds(condition: Condition, value: Uint8Array): boolean {
  try {
    return condition(decodePin(value))
  } catch {
    // Of what cannot be read nothing is known; the changes of others in the group must not suffer for it.
    return false
  }
}

class DeltaBuilder {
  readonly #elements: Element[] = []
  readonly #tombstones: Tombstone[] = []
  #size = 0

  get isEmpty(): boolean {
    return this.#size === 0
  }

  hasRoomFor(entry: Element | Tombstone): boolean {
    return this.isEmpty || this.#size + encodedSize(entry) <= MAX_DELTA_SIZE
  }

  add(entry: Element | Tombstone): void {
    this.#size += encodedSize(entry)
    if ('value' in entry) this.#elements.push(entry)
    else this.#tombstones.push(entry)
  }

  finish(): Omit<Delta, 'priority'> {
    return { elements: this.#elements, tombstones: this.#tombstones }
  }
}
