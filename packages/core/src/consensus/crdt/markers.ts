import type { BlockId } from '../../blocks/index.ts'
import type { Write } from '../../datastore/index.ts'
import type { CrdtKeys } from './keys.ts'
import type { History } from './merge.ts'

const EMPTY = new Uint8Array(0)

/** Pairs of markers of one key that are cleared away in one transaction; the next one that removes the key goes on. */
const MAX_CLEARED = 1000

/** Who added a key in a transaction, and who took it back. */
export interface MarkerChanges {
  /** Blocks of the transaction that add the key. */
  readonly elements: Set<BlockId>
  /** Those of them whose addition was taken back before it was known. */
  readonly barred: Set<BlockId>
  /** Blocks whose addition is taken back. */
  readonly tombstones: Set<BlockId>
  /** What the store holds, once it was asked: who removes a key asks, and then the merge. */
  stored?: History | undefined
}

/** What is known of blocks when markers are written. */
export interface MergedBlocks {
  /** Whether the delta of the block is part of the set, with this transaction or before. */
  has(id: BlockId): boolean
}

/** Blocks of which must be known whether they are merged before the markers can be written. */
export function blocksToAskFor(changes: MarkerChanges): BlockId[] {
  return [...changes.tombstones, ...pairs(changes.stored)]
}

/**
 * Markers of a key after a transaction. An addition and the tombstone that takes it back leave none once both are
 * merged: a block is merged once, so the addition cannot come again, and no other peer asks for markers. A tombstone is
 * kept while the block that it names is not here yet, and bars it when it comes.
 *
 * The Go release keeps both forever, and reads all of them whenever the key is removed: such pairs are cleared away when
 * the key is removed the next time. It gets along without them.
 */
export function* markerWrites(
  key: string,
  { elements, barred, tombstones, stored }: MarkerChanges,
  merged: MergedBlocks,
  keys: CrdtKeys
): Generator<Write> {
  for (const id of elements) {
    if (barred.has(id)) yield* bothGone(key, id, keys)
    else if (!tombstones.has(id)) yield { type: 'put', key: keys.element(key, id), value: EMPTY }
  }
  for (const id of tombstones) {
    if (!merged.has(id)) yield { type: 'put', key: keys.tombstone(key, id), value: EMPTY }
    else if (stored?.elements.has(id) === true) yield { type: 'del', key: keys.element(key, id) }
  }
  for (const id of pairs(stored)) {
    if (merged.has(id)) yield* bothGone(key, id, keys)
  }
}

/** Also where we would not have written both: a Go peer that was stopped may have written an element, and not the mark. */
function bothGone(key: string, id: BlockId, keys: CrdtKeys): Write[] {
  return [
    { type: 'del', key: keys.element(key, id) },
    { type: 'del', key: keys.tombstone(key, id) }
  ]
}

/** Additions that the store has with their tombstones. */
function pairs(stored: History | undefined): BlockId[] {
  return stored === undefined ? [] : [...stored.elements.intersection(stored.tombstones)].slice(0, MAX_CLEARED)
}
