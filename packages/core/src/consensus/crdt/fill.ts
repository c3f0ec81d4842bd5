import type { BlockId } from '../../blocks/index.ts'
import type { Datastore, Write } from '../../datastore/index.ts'
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

const EMPTY = new Uint8Array(0)

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

  constructor(init: FillInit, staged: StagedElements) {
    this.#init = init
    this.#staged = staged
  }

  async run(): Promise<void> {
    const { datastore, keys, index } = this.#init
    const blocks = await this.#writeBlocks()
    await this.#writeEach((elements, height) => currentWrites(elements, height, keys))
    await this.#writeEach((elements, height) => markerWrites(elements, blocks[height - 1]?.id ?? '', keys))
    let pins = 0
    await this.#writeEach((elements) => {
      pins += elements.length
      const changes = elements.map(({ key, value }) => ({ key, before: undefined, after: value }))
      return index.writesFor(changes, datastore)
    })
    const heads = new Heads(blocks.slice(-1))
    await datastore.batch([...heads.writesSince(new Heads(), keys), writeSummary(pins, heads, keys)])
  }

  /** @returns all blocks, one for a megabyte of pins */
  async #writeBlocks(): Promise<Head[]> {
    const { datastore, keys } = this.#init
    const blocks: Head[] = []
    for await (const delta of this.#staged.read()) {
      const { id, cid, bytes } = blockOfDelta(
        delta,
        blocks.slice(-1).map((block) => block.cid)
      )
      await datastore.batch([put(keys.blocks + id, bytes), put(keys.processedBlock(id), EMPTY)])
      blocks.push({ id, cid, height: blocks.length + 1 })
    }
    return blocks
  }

  async #writeEach(writesOf: (elements: readonly Element[], height: number) => Write[] | Promise<Write[]>) {
    for await (const bytes of this.#staged.read()) {
      const { elements, priority } = decodeDelta(bytes)
      await this.#init.datastore.batch(await writesOf(elements, priority))
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
