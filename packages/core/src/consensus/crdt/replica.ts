import { DatastoreBlocks } from '../../blocks/index.ts'
import type { BlockId } from '../../blocks/index.ts'
import type { Datastore, Write } from '../../datastore/index.ts'
import { PinIndex } from '../../state/index.ts'
import type { Logger } from '../../util/logger.ts'
import type { AbortOptions } from '../../util/startable.ts'
import type { KnownBlocks } from './apply.ts'
import type { Element } from './delta.ts'
import { Fill } from './fill.ts'
import { Heads } from './heads.ts'
import { CrdtKeys } from './keys.ts'
import { loadHeads } from './load-heads.ts'
import { applyChanges } from './local.ts'
import type { Change } from './local.ts'
import { migrate } from './migrate.ts'
import { findOrphans, takeOrphans } from './orphans.ts'
import { StoredSet } from './set-view.ts'
import { StagedElements } from './staged.ts'
import type { ElementGroup } from './staged.ts'
import { loadPinCount, writeSummary } from './summary.ts'
import { Transaction } from './transaction.ts'
import type { Effect } from './transaction.ts'

const EMPTY = new Uint8Array(0)
const OUR_MARK = Uint8Array.of(1)

/** What a replica is made of. */
export interface ReplicaInit {
  datastore: Datastore
  namespace: string
  /**
   * Gets a block of the set that is damaged or not there.
   *
   * @throws ClusterError `ERR_DATASTORE_CORRUPT` when it cannot be had
   */
  mend(id: BlockId): Promise<Uint8Array>
  /** Hears what every commit changed, in the order of the commits. Must not throw. */
  onCommit(effects: readonly Effect[]): void
  log: Logger
}

/**
 * This peer's copy of the set: the one place that writes it. Everything that belongs together is written in one batch
 * (blocks, markers, values, heads, what is missing), so that the store is consistent whenever the process ends; what
 * every change needs is kept in memory besides: heads, number of keys, missing blocks.
 */
export class Replica implements KnownBlocks {
  readonly keys: CrdtKeys
  readonly blocks: DatastoreBlocks
  readonly index: PinIndex
  readonly #datastore: Datastore
  readonly #onCommit: (effects: readonly Effect[]) => void
  readonly #set: StoredSet
  readonly #staged: StagedElements
  readonly #log: Logger
  #heads = new Heads()
  #pins = 0
  /** As many as the DAG is wide where a walk has got to, so few. */
  #missing = new Set<BlockId>()
  #isDirty = false
  #mustRepair = false
  /** The store was changed by a program that does not write all of a change at once. */
  #mayHaveOrphans = false
  /** A write failed halfway: what is in memory may be behind what is on disk. */
  #isStale = false
  #lock: Promise<unknown> = Promise.resolve()

  constructor(init: ReplicaInit) {
    this.keys = new CrdtKeys(init.namespace)
    this.index = new PinIndex(this.keys.index)
    this.#log = init.log
    this.#datastore = init.datastore
    this.#staged = new StagedElements(init.datastore, this.keys)
    this.#onCommit = (effects) => init.onCommit(effects)
    this.blocks = new DatastoreBlocks(init.datastore, this.keys.blocks)
    this.#set = new StoredSet(init.datastore, this.blocks, this.keys, (id) => init.mend(id))
  }

  /** Number of keys in the set. */
  get pins(): number {
    return this.#pins
  }

  get heads(): Heads {
    return this.#heads
  }

  /** Blocks that are linked by one of ours and whose delta is not part of the set. */
  get missing(): ReadonlySet<BlockId> {
    return this.#missing
  }

  /** Whether blocks may be missing that nobody knows of: a Go peer failed to fetch them, and left its mark. */
  get mustRepair(): boolean {
    return this.#mustRepair
  }

  /** Reads what is kept in memory. The datastore must be open. */
  async open(): Promise<void> {
    if (await this.#datastore.has(this.keys.replacing)) {
      this.#log.warn('an import of the state was interrupted: finishing it')
      await this.#replace()
    } else if (await this.#datastore.has(this.keys.cleaning)) {
      this.#log.warn(
        'a cleanup of the state, or its import into an empty peer, was interrupted: the pinset is empty now'
      )
      await this.clean()
    }
    await this.#staged.drop()
    await this.#prepare()
    if (this.#mayHaveOrphans) await this.#takeOrphans()
  }

  /**
   * Changes the set. One change at a time, whatever asks for it.
   *
   * @param work - what is to be done; throwing from it changes nothing
   * @param options - `sync`: resolve when the disk has it
   */
  update<T>(work: (tx: Transaction) => Promise<T>, options: { sync?: boolean } = {}): Promise<T> {
    return this.#exclusively(async () => {
      if (this.#isStale) await this.#load()
      const tx = new Transaction(this.#set, this.#heads.copy(), this.keys)
      const result = await work(tx)
      await this.#commit(tx, options)
      return result
    })
  }

  async processedOf(ids: readonly BlockId[]): Promise<Set<BlockId>> {
    if (ids.length === 0) return new Set()
    const markers = await this.#datastore.getMany(ids.map((id) => this.keys.processedBlock(id)))
    return new Set(ids.filter((_, i) => markers[i] !== undefined))
  }

  isMissing(id: BlockId): boolean {
    return this.#missing.has(id)
  }

  /** Whether the store bears a mark that something below the heads may be missing. */
  get isDirty(): boolean {
    return this.#isDirty
  }

  /** Sets or takes away the mark of a Go peer: with it everything is looked over when the peer next runs. */
  async mark(isDirty: boolean): Promise<void> {
    const { dirty: key } = this.keys
    await this.#exclusively(() =>
      this.#datastore.batch([isDirty ? { type: 'put', key, value: EMPTY } : { type: 'del', key }], { sync: true })
    )
    this.#isDirty = isDirty
    this.#mustRepair = isDirty
  }

  /** Call when everything that could be missing is known. */
  async repaired(): Promise<void> {
    this.#mustRepair = false
    await this.update(async () => {})
  }

  /** Deletes everything of the consensus. An interrupted deletion is finished when the replica is next opened. */
  async clean(options: AbortOptions = {}): Promise<void> {
    await this.#forget(this.keys.replacing)
    await this.#exclusively(() => this.#wipe(options))
    await this.#staged.drop()
    await this.#forget(this.keys.cleaning)
  }

  /**
   * Replaces everything by additions: all of them or, when `groups` fails, none. Where there is something to lose, they
   * are on the disk before anything is deleted, so that an interrupted replacement is finished when the replica is next
   * opened; where there is not, one that is interrupted leaves nothing. Opens the replica.
   *
   * @param groups - each of them what one delta may hold
   */
  async replaceBy(groups: AsyncIterable<readonly Element[]>, options: AbortOptions = {}): Promise<void> {
    // What an earlier replacement staged must not be lost: with it everything else is gone already.
    await this.open()
    if (await this.#isEmpty()) await this.#begin(asGroups(groups), options)
    else await this.#stage(groups, options)
  }

  /** Adds to what is empty; takes back what was added when `groups` fails. */
  async #begin(groups: AsyncIterable<ElementGroup>, options: AbortOptions): Promise<void> {
    await this.#datastore.put(this.keys.cleaning, EMPTY, { sync: true })
    try {
      await this.#take(groups, options)
    } catch (err) {
      await this.clean()
      throw err
    }
    await this.#forget(this.keys.cleaning)
  }

  async #stage(groups: AsyncIterable<readonly Element[]>, options: AbortOptions): Promise<void> {
    try {
      await this.#staged.write(groups, options)
    } catch (err) {
      await this.#staged.drop()
      throw err
    }
    await this.#datastore.put(this.keys.replacing, EMPTY, { sync: true })
    await this.#replace()
    await this.#staged.drop()
  }

  /** What was staged in the place of what there is. Can be begun anew however often. */
  async #replace(): Promise<void> {
    await this.#exclusively(() => this.#wipe())
    await this.#prepare()
    await this.#take(this.#staged.read())
    await this.#forget(this.keys.cleaning, this.keys.replacing)
  }

  /** Adds groups to what is empty: without a look at what is there, until a key comes that has come before. */
  async #take(groups: AsyncIterable<ElementGroup>, { signal }: AbortOptions = {}): Promise<void> {
    const { keys, index } = this
    const fill = new Fill({ datastore: this.#datastore, keys, index })
    let isFilling = true
    for await (const { elements, release } of groups) {
      signal?.throwIfAborted()
      if (isFilling && (await fill.add(elements, release))) continue
      if (isFilling) await this.#endFill(fill)
      isFilling = false
      const changes = elements.map(({ key, value }): Change => ({ type: 'add', key, value }))
      await this.update((tx) => applyChanges(tx, changes))
      release?.()
    }
    if (isFilling) await this.#endFill(fill)
  }

  async #endFill(fill: Fill): Promise<void> {
    await fill.end()
    await this.#load()
  }

  /** Whether the store holds nothing but what every replica has from its first start on. */
  async #isEmpty(): Promise<boolean> {
    const ofEvery = new Set([this.keys.version, this.keys.summary])
    for (const prefix of [`${this.keys.namespace}/`, `${this.keys.own}/`]) {
      for await (const found of this.#datastore.keys({ prefix, limit: ofEvery.size + 1 })) {
        if (found.some((key) => !ofEvery.has(key))) return false
      }
    }
    return true
  }

  async #forget(...keys: readonly string[]): Promise<void> {
    await this.#datastore.batch(
      keys.map((key) => ({ type: 'del', key })),
      { sync: true }
    )
  }

  /** Runs when no other change is under way, and keeps others away meanwhile. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lock.then(work)
    this.#lock = result.catch(() => {})
    return result
  }

  async #wipe(options: AbortOptions = {}): Promise<void> {
    await this.#datastore.put(this.keys.cleaning, EMPTY, { sync: true })
    await this.#datastore.deleteRange({ prefix: `${this.keys.namespace}/` }, options)
    await this.#datastore.deleteRange({ prefix: `${this.keys.own}/` }, options)
    this.#mustRepair = false
    await this.#load()
  }

  async #prepare(): Promise<void> {
    await this.#load()
    await migrate(this.#datastore, this.keys, (work) => this.update(work))
    await this.#reconcile()
  }

  async #load(): Promise<void> {
    this.#heads = await loadHeads(this.#datastore, this.keys, this.#log)
    const { pins, isAnew } = await loadPinCount(this.#datastore, this.#heads, this.keys, this.index)
    this.#pins = pins
    this.#mayHaveOrphans ||= isAnew
    this.#missing = await this.#loadMissing()
    const mark = await this.#datastore.get(this.keys.dirty)
    this.#isDirty = mark !== undefined
    this.#mustRepair ||= mark?.length === 0
    this.#isStale = false
  }

  async #loadMissing(): Promise<Set<BlockId>> {
    const missing = new Set<BlockId>()
    for await (const chunk of this.#datastore.keys({ prefix: this.keys.missing })) {
      for (const key of chunk) missing.add(key.slice(this.keys.missing.length))
    }
    return missing
  }

  /**
   * A Go peer that ran on this store may have merged what was missing; and it takes the heads of others for its own
   * before it has walked from them.
   */
  async #reconcile(): Promise<void> {
    const settled = await this.processedOf([...this.#missing])
    const heads = new Set(this.#heads.ids())
    const unprocessed = heads.difference(await this.processedOf([...heads]))
    for (const id of settled) this.#missing.delete(id)
    await this.update(async (tx) => {
      tx.also(...Array.from(settled, (id) => presence(this.keys.missing + id, false)))
      unprocessed.forEach((id) => tx.addMissing(id))
    })
  }

  /** What a Go peer that ran on this store had begun to write when it was stopped. */
  async #takeOrphans(): Promise<void> {
    const orphans = await findOrphans(this.#datastore, this.keys, this.#heads)
    if (orphans.length > 0) {
      await this.update((tx) => takeOrphans(tx, orphans, this), { sync: true })
      this.#log.warn(`took in ${orphans.length} changes that a Go peer had not finished to write when it was stopped`)
    }
    this.#mayHaveOrphans = false
  }

  async #commit(tx: Transaction, options: { sync?: boolean }): Promise<void> {
    const pins = this.#pins + tx.growth()
    const found = [...tx.foundMissing].filter((id) => !this.#missing.has(id))
    const settled = [...tx.blocks.keys()].filter((id) => this.#missing.has(id))
    const isDirty = this.#mustRepair || this.#missing.size + found.length > settled.length
    const writes = tx.writes(await this.processedOf(tx.blocksToAskFor()))
    writes.push(...tx.heads.writesSince(this.#heads, this.keys))
    writes.push(...this.#missingWrites(found, settled))
    if (isDirty !== this.#isDirty) writes.push(dirtyMark(this.keys, isDirty))
    if (writes.length === 0) return
    const effects = tx.effects()
    writes.push(...(await this.#indexWrites(effects)))
    writes.push(writeSummary(pins, tx.heads, this.keys))
    await this.#write(writes, options)
    this.#heads = tx.heads
    this.#pins = pins
    for (const id of found) this.#missing.add(id)
    for (const id of settled) this.#missing.delete(id)
    this.#isDirty = isDirty
    this.#onCommit(effects)
  }

  async #indexWrites(effects: readonly Effect[]): Promise<Write[]> {
    const changed = effects.filter(({ existed }) => existed)
    const values = await this.#datastore.getMany(changed.map(({ key }) => this.keys.value(key)))
    const before = new Map(changed.map(({ key }, i) => [key, values[i]]))
    const changes = effects.map(({ key, value }) => ({ key, before: before.get(key), after: value }))
    return this.index.writesFor(changes, this.#datastore)
  }

  #missingWrites(found: readonly BlockId[], settled: readonly BlockId[]): Write[] {
    return [
      ...found.map((id) => presence(this.keys.missing + id, true)),
      ...settled.map((id) => presence(this.keys.missing + id, false))
    ]
  }

  async #write(writes: readonly Write[], options: { sync?: boolean }): Promise<void> {
    try {
      await this.#datastore.batch(writes, options)
    } catch (err) {
      // Part of it may have reached the disk, and show up when the store recovers.
      this.#isStale = true
      throw err
    }
  }
}

/** Go's mark is empty. Ours is not: what is missing is known then, and need not be looked for. */
function dirtyMark(keys: CrdtKeys, isDirty: boolean): Write {
  return isDirty ? { type: 'put', key: keys.dirty, value: OUR_MARK } : { type: 'del', key: keys.dirty }
}

function presence(key: string, isPresent: boolean): Write {
  return isPresent ? { type: 'put', key, value: EMPTY } : { type: 'del', key }
}

async function* asGroups(all: AsyncIterable<readonly Element[]>): AsyncGenerator<ElementGroup> {
  for await (const elements of all) yield { elements }
}
