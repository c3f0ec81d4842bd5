import type { Datastore } from '../../datastore/index.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { decodeDelta, encodeDelta } from './delta.ts'
import type { Element } from './delta.ts'
import type { CrdtKeys } from './keys.ts'
import { WriteAhead } from './write-ahead.ts'

/** Digits of a number in a key, so that keys sort as numbers do. */
const NUMBER_DIGITS = 10

/** Additions that one delta may hold. */
export interface ElementGroup {
  readonly elements: readonly Element[]
  /** Gives back the memory of the values. Call it when they are not needed any more. */
  readonly release?: () => void
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
    let count = 0
    const writer = new WriteAhead(this.#datastore)
    for await (const elements of groups) {
      options.signal?.throwIfAborted()
      const place = this.#prefix + String(count++).padStart(NUMBER_DIGITS, '0')
      await writer.add([{ type: 'put', key: place, value: encodeDelta({ elements, tombstones: [], priority: 0 }) }])
    }
    await writer.end()
  }

  /** The groups, in their order. */
  async *read(): AsyncGenerator<ElementGroup> {
    for await (const entries of this.#datastore.entries({ prefix: this.#prefix })) {
      for (const { value } of entries) {
        yield { elements: decodeDelta(value).elements, release: () => this.#datastore.release(value) }
      }
    }
  }

  async drop(): Promise<void> {
    await this.#datastore.deleteRange({ prefix: this.#prefix })
  }
}
