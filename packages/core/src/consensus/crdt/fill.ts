import type { CID } from 'multiformats/cid'
import type { BlockId } from '../../blocks/index.ts'
import type { Datastore, Write } from '../../datastore/index.ts'
import { IndexGrowth } from '../../state/index.ts'
import type { PinIndex } from '../../state/index.ts'
import { blockOfDelta } from './delta-block.ts'
import { encodeDelta } from './delta.ts'
import type { Element } from './delta.ts'
import { Heads } from './heads.ts'
import type { Head } from './heads.ts'
import type { CrdtKeys } from './keys.ts'
import { writeSummary } from './summary.ts'
import { encodeVarint } from './varint.ts'
import { WriteAhead } from './write-ahead.ts'

const EMPTY = new Uint8Array(0)

/** Pins in a batch. Fewer than a delta has: what lives shorter costs the collector less. */
const WRITTEN_AT_ONCE = 1000

/** Counts of the index that are kept in memory before they are written. */
const MAX_COUNTS = 10_000

/** What a {@link Fill} writes to. */
export interface FillInit {
  datastore: Datastore
  keys: CrdtKeys
  index: PinIndex
}

/**
 * Adds to an empty set keys of which each comes once. The store then is the same as if they had been merged delta by
 * delta; but nothing has to be looked up as long as they come in their order, as in a file that was exported. Interrupted,
 * it must be begun anew from an empty set.
 */
export class Fill {
  readonly #init: FillInit
  readonly #writer: WriteAhead
  #growth = new IndexGrowth()
  #head: Head | undefined
  #pins = 0
  /** The last of the keys, in their order. */
  #highest = ''

  constructor(init: FillInit) {
    this.#init = init
    this.#writer = new WriteAhead(init.datastore)
  }

  /**
   * Adds what one delta may hold.
   *
   * @param after - called when the elements are not needed any more
   * @returns false when one of the keys has come before; nothing is done then
   */
  async add(elements: readonly Element[], after?: () => void): Promise<boolean> {
    if (!(await this.#areNew(elements))) return false
    const id = await this.#writeBlock(elements)
    for (let i = 0; i < elements.length; i += WRITTEN_AT_ONCE) {
      const isLast = i + WRITTEN_AT_ONCE >= elements.length
      await this.#writer.add(this.#writesOf(elements.slice(i, i + WRITTEN_AT_ONCE), id), isLast ? after : undefined)
    }
    this.#pins += elements.length
    if (this.#growth.size >= MAX_COUNTS) await this.#writeCounts()
    return true
  }

  /** Ends it: the set is whole when this resolves. */
  async end(): Promise<void> {
    const { keys } = this.#init
    await this.#writeCounts()
    const heads = new Heads(this.#head && [this.#head])
    await this.#writer.add([...heads.writesSince(new Heads(), keys), writeSummary(this.#pins, heads, keys)])
    await this.#writer.end()
  }

  async #areNew(elements: readonly Element[]): Promise<boolean> {
    let areBehind = true
    for (const { key } of elements) {
      if (key > this.#highest) this.#highest = key
      else areBehind = false
    }
    if (areBehind) return true
    if (new Set(elements.map(({ key }) => key)).size < elements.length) return false
    await this.#writer.end()
    const { datastore, keys } = this.#init
    const stored = await datastore.getMany(elements.map(({ key }) => keys.priority(key)))
    return stored.every((priority) => priority === undefined)
  }

  async #writeBlock(elements: readonly Element[]): Promise<BlockId> {
    const { keys } = this.#init
    const height = (this.#head?.height ?? 0) + 1
    const links: CID[] = this.#head === undefined ? [] : [this.#head.cid]
    const { id, cid, bytes } = blockOfDelta(encodeDelta({ elements, tombstones: [], priority: height }), links)
    await this.#writer.add([put(keys.blocks + id, bytes), put(keys.processedBlock(id), EMPTY)])
    this.#head = { id, cid, height }
    return id
  }

  /** One kind behind the other, so that LevelDB gets what belongs side by side in its order. */
  #writesOf(elements: readonly Element[], id: BlockId): Write[] {
    const { keys, index } = this.#init
    const priority = encodeVarint((this.#head?.height ?? 0) + 1)
    const writes: Write[] = []
    for (const { key, value } of elements) writes.push(put(keys.priority(key), priority), put(keys.value(key), value))
    for (const { key } of elements) writes.push(put(keys.element(key, id), EMPTY))
    const changes = elements.map(({ key, value }) => ({ key, before: undefined, after: value }))
    writes.push(...index.entryWrites(changes, this.#growth))
    return writes
  }

  async #writeCounts(): Promise<void> {
    const growth = this.#growth
    this.#growth = new IndexGrowth()
    // They are read from the store and added to.
    await this.#writer.end()
    await this.#writer.add(await this.#init.index.countWrites(growth, this.#init.datastore))
  }
}

function put(key: string, value: Uint8Array): Write {
  return { type: 'put', key, value }
}
