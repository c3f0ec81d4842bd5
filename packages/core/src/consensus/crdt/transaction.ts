import type { BlockId } from '../../blocks/index.ts'
import type { Write } from '../../datastore/index.ts'
import type { DeltaBlock } from './delta-block.ts'
import type { Delta } from './delta.ts'
import type { Heads } from './heads.ts'
import type { CrdtKeys } from './keys.ts'
import { blocksToAskFor, markerWrites } from './markers.ts'
import type { MarkerChanges, MergedBlocks } from './markers.ts'
import type { History, Merge, SetView, Winner } from './merge.ts'
import { encodeVarint } from './varint.ts'

const EMPTY = new Uint8Array(0)

/** What happened to a key in a transaction, all told. */
interface KeyChanges extends MarkerChanges {
  /** Whether the key was in the set before the transaction. Known once the winner has changed. */
  existed?: boolean
  /** Set when the value changed; `value` undefined: the key is gone. */
  current?: { value: Winner | undefined }
}

/** A key whose value is another one after a transaction; undefined: it is gone. */
export interface Effect {
  readonly key: string
  readonly value: Uint8Array | undefined
  /** Whether the key was in the set before. */
  readonly existed: boolean
}

/**
 * Changes of the replica that will be written in one batch. Shows the set as it will be, so that several deltas can be
 * merged one upon the other.
 */
export class Transaction implements SetView {
  readonly heads: Heads
  readonly #set: SetView
  readonly #keys: CrdtKeys
  readonly #changes = new Map<string, KeyChanges>()
  readonly #blocks = new Map<BlockId, DeltaBlock>()
  readonly #foundMissing = new Set<BlockId>()
  readonly #others: Write[] = []

  /** @param heads - a copy that the transaction may change */
  constructor(set: SetView, heads: Heads, keys: CrdtKeys) {
    this.#set = set
    this.heads = heads
    this.#keys = keys
  }

  /** Blocks whose deltas were merged. */
  get blocks(): ReadonlyMap<BlockId, DeltaBlock> {
    return this.#blocks
  }

  /** Blocks that were found to be linked and not merged, and are not merged in this transaction either. */
  get foundMissing(): ReadonlySet<BlockId> {
    return this.#foundMissing
  }

  /** Takes a block in, with what its delta does. */
  addBlock(block: DeltaBlock, merge: Merge): void {
    this.#blocks.set(block.id, block)
    this.#foundMissing.delete(block.id)
    for (const key of merge.elements) this.#of(key).elements.add(block.id)
    for (const key of merge.takenBack) this.#of(key).barred.add(block.id)
    for (const { key, id } of merge.tombstones) this.#of(key).tombstones.add(id)
    for (const { key, winner, existed } of merge.changes) this.setCurrent(key, winner, existed)
  }

  setCurrent(key: string, value: Winner | undefined, existed: boolean): void {
    const changes = this.#of(key)
    changes.existed ??= existed
    changes.current = { value }
  }

  addMissing(id: BlockId): void {
    this.#foundMissing.add(id)
  }

  /** Writes that belong to the same batch. */
  also(...writes: readonly Write[]): void {
    this.#others.push(...writes)
  }

  async priorities(keys: readonly string[]): Promise<(number | undefined)[]> {
    const stored = await this.#set.priorities(keys)
    return keys.map((key, i) => {
      const current = this.#changes.get(key)?.current
      return current === undefined ? stored[i] : current.value?.priority
    })
  }

  async value(key: string): Promise<Uint8Array | undefined> {
    const current = this.#changes.get(key)?.current
    return current === undefined ? this.#set.value(key) : current.value?.value
  }

  async histories(keys: readonly string[]): Promise<History[]> {
    const unknown = keys.filter((key) => this.#of(key).stored === undefined)
    const stored = await this.#set.histories(unknown)
    unknown.forEach((key, i) => {
      this.#of(key).stored = stored[i]
    })
    return keys.map((key) => withChanges(this.#of(key)))
  }

  async areTombstoned(keys: readonly string[], id: BlockId): Promise<boolean[]> {
    const stored = await this.#set.areTombstoned(keys, id)
    return keys.map((key, i) => stored[i] === true || this.#changes.get(key)?.tombstones.has(id) === true)
  }

  async delta(id: BlockId): Promise<Delta> {
    return this.#blocks.get(id)?.delta ?? this.#set.delta(id)
  }

  /** Blocks of other transactions of which {@link writes} must know whether they are merged. */
  blocksToAskFor(): BlockId[] {
    const ids = new Set([...this.#changes.values()].flatMap(blocksToAskFor))
    return [...ids].filter((id) => !this.#blocks.has(id))
  }

  /**
   * Everything but the heads and the book-keeping, which need to know what was before.
   *
   * @param merged - those of {@link blocksToAskFor} that are part of the set
   */
  writes(merged: MergedBlocks): Write[] {
    const writes: Write[] = [...this.#others]
    const all: MergedBlocks = { has: (id) => this.#blocks.has(id) || merged.has(id) }
    for (const [key, changes] of this.#changes) this.#writeKey(writes, key, changes, all)
    for (const { id, bytes } of this.#blocks.values()) {
      writes.push({ type: 'put', key: this.#keys.blocks + id, value: bytes })
      writes.push({ type: 'put', key: this.#keys.processedBlock(id), value: EMPTY })
    }
    return writes
  }

  /** How many keys more are in the set than before. */
  growth(): number {
    let growth = 0
    for (const { existed, current } of this.#changes.values()) {
      if (current !== undefined) growth += Number(current.value !== undefined) - Number(existed)
    }
    return growth
  }

  effects(): Effect[] {
    const effects: Effect[] = []
    for (const [key, { existed = false, current }] of this.#changes) {
      if (current === undefined || (!existed && current.value === undefined)) continue
      effects.push({ key, value: current.value?.value, existed })
    }
    return effects
  }

  #of(key: string): KeyChanges {
    let changes = this.#changes.get(key)
    if (changes === undefined) {
      changes = { elements: new Set(), barred: new Set(), tombstones: new Set() }
      this.#changes.set(key, changes)
    }
    return changes
  }

  #writeKey(writes: Write[], key: string, changes: KeyChanges, merged: MergedBlocks): void {
    for (const write of markerWrites(key, changes, merged, this.#keys)) writes.push(write)
    if (changes.current === undefined) return
    const { value: winner } = changes.current
    if (winner === undefined) {
      writes.push({ type: 'del', key: this.#keys.value(key) }, { type: 'del', key: this.#keys.priority(key) })
    } else {
      writes.push(
        { type: 'put', key: this.#keys.value(key), value: winner.value },
        { type: 'put', key: this.#keys.priority(key), value: encodeVarint(winner.priority + 1) }
      )
    }
  }
}

function withChanges({ stored, elements, tombstones }: KeyChanges): History {
  if (stored === undefined) return { elements, tombstones }
  return {
    elements: new Set([...stored.elements, ...elements]),
    tombstones: new Set([...stored.tombstones, ...tombstones])
  }
}
