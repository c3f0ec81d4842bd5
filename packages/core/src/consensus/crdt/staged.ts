import type { Datastore } from '../../datastore/index.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { decodeDelta, encodeDelta } from './delta.ts'
import type { Element } from './delta.ts'
import type { CrdtKeys } from './keys.ts'

/** Digits of a number in a key, so that keys sort as numbers do. */
const NUMBER_DIGITS = 10

/** Additions of one delta. */
export interface StagedGroup {
  readonly elements: readonly Element[]
  /** Whether no other addition, of this group or one before, has the key of any of them. */
  readonly areNew: boolean
}

/** Additions that are to replace the whole set, on the disk until they have. */
export class StagedElements {
  readonly #datastore: Datastore
  readonly #prefix: string

  constructor(datastore: Datastore, keys: CrdtKeys) {
    this.#datastore = datastore
    this.#prefix = keys.staged
  }

  /** Takes groups, each of them what one delta may hold. What an earlier attempt left is deleted. */
  async write(groups: AsyncIterable<readonly Element[]>, options: AbortOptions): Promise<void> {
    await this.drop()
    let number = 0
    for await (const elements of groups) {
      options.signal?.throwIfAborted()
      const key = this.#prefix + String(number++).padStart(NUMBER_DIGITS, '0')
      await this.#datastore.put(key, encodeDelta({ elements, tombstones: [], priority: 0 }))
    }
  }

  /** The groups, in their order. */
  async *read(): AsyncGenerator<StagedGroup> {
    let last = ''
    for await (const entries of this.#datastore.entries({ prefix: this.#prefix })) {
      for (const { value } of entries) {
        const { elements } = decodeDelta(value)
        const areNew = areAscending(elements, last)
        for (const { key } of elements) if (key > last) last = key
        yield { elements, areNew }
      }
    }
  }

  async drop(): Promise<void> {
    await this.#datastore.deleteRange({ prefix: this.#prefix })
  }
}

/** An export has its pins in the order of their keys, so each is behind all before it. */
function areAscending(elements: readonly Element[], from: string): boolean {
  let last = from
  return elements.every(({ key }) => {
    const isBehind = key > last
    last = key
    return isBehind
  })
}
