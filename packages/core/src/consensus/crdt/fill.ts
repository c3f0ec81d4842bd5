import type { BlockId } from '../../blocks/index.ts'
import type { Datastore, Write } from '../../datastore/index.ts'
import { IndexGrowth } from '../../state/index.ts'
import type { PinIndex } from '../../state/index.ts'
import { blockOfDelta } from './delta-block.ts'
import { decodeDelta } from './delta.ts'
import type { Element } from './delta.ts'
import { Heads } from './heads.ts'
import type { Head } from './heads.ts'
import type { CrdtKeys } from './keys.ts'
import type { StagedElements } from './staged.ts'
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
 * Writes staged additions into an empty set, each of a key of its own. The store then is the same as if they had been
 * merged delta by delta; but nothing has to be looked up, and one part of the store is written after the other: those of
 * an exported file in the order of their keys, so that LevelDB need not sort them again. Interrupted, it must be begun
 * anew from an empty set.
 */
export class Fill {
  readonly #init: FillInit
  readonly #staged: StagedElements
  readonly #writer: WriteAhead

  constructor(init: FillInit, staged: StagedElements) {
    this.#init = init
    this.#staged = staged
    this.#writer = new WriteAhead(init.datastore)
  }

  async run(): Promise<void> {
    const { keys } = this.#init
    const blocks = await this.#writeBlocks()
    await this.#writeEach((elements, height) => currentWrites(elements, height, keys))
    await this.#writeEach((elements, height) => markerWrites(elements, blocks[height - 1]?.id ?? '', keys))
    const pins = await this.#writeIndex()
    const heads = new Heads(blocks.slice(-1))
    await this.#writer.add([...heads.writesSince(new Heads(), keys), writeSummary(pins, heads, keys)])
    await this.#writer.end()
  }

  /** @returns all blocks, one for a megabyte of pins */
  async #writeBlocks(): Promise<Head[]> {
    const { keys } = this.#init
    const blocks: Head[] = []
    for await (const delta of this.#staged.read()) {
      const { id, cid, bytes } = blockOfDelta(
        delta,
        blocks.slice(-1).map((block) => block.cid)
      )
      await this.#writer.add([put(keys.blocks + id, bytes), put(keys.processedBlock(id), EMPTY)])
      this.#staged.release(delta)
      blocks.push({ id, cid, height: blocks.length + 1 })
    }
    return blocks
  }

  /** @returns how many pins there are */
  async #writeIndex(): Promise<number> {
    const { index } = this.#init
    let pins = 0
    let growth = new IndexGrowth()
    await this.#writeEach(async (elements) => {
      pins += elements.length
      const changes = elements.map(({ key, value }) => ({ key, before: undefined, after: value }))
      const writes = index.entryWrites(changes, growth)
      if (growth.size < MAX_COUNTS) return writes
      const counts = await this.#countWrites(growth)
      growth = new IndexGrowth()
      return [...writes, ...counts]
    })
    await this.#writer.add(await this.#countWrites(growth))
    return pins
  }

  async #countWrites(growth: IndexGrowth): Promise<Write[]> {
    await this.#writer.end()
    return this.#init.index.countWrites(growth, this.#init.datastore)
  }

  async #writeEach(writesOf: (elements: readonly Element[], height: number) => Write[] | Promise<Write[]>) {
    for await (const bytes of this.#staged.read()) {
      const { elements, priority } = decodeDelta(bytes)
      for (let i = 0; i < elements.length; i += WRITTEN_AT_ONCE) {
        const isLast = i + WRITTEN_AT_ONCE >= elements.length
        const writes = await writesOf(elements.slice(i, i + WRITTEN_AT_ONCE), priority)
        await this.#writer.add(writes, isLast ? () => this.#staged.release(bytes) : undefined)
      }
    }
  }
}

function currentWrites(elements: readonly Element[], height: number, keys: CrdtKeys): Write[] {
  const priority = encodeVarint(height + 1)
  return elements.flatMap(({ key, value }) => [put(keys.priority(key), priority), put(keys.value(key), value)])
}

function markerWrites(elements: readonly Element[], id: BlockId, keys: CrdtKeys): Write[] {
  return elements.map(({ key }) => put(keys.element(key, id), EMPTY))
}

function put(key: string, value: Uint8Array): Write {
  return { type: 'put', key, value }
}
