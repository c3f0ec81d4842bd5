import type { Datastore } from '../../datastore/index.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { encodeDelta } from './delta.ts'
import type { Element } from './delta.ts'
import { DistinctKeys } from './distinct-keys.ts'
import type { CrdtKeys } from './keys.ts'
import { WriteAhead } from './write-ahead.ts'

/** Digits of a number in a key, so that keys sort as numbers do. */
const NUMBER_DIGITS = 10

/** Additions that are to replace the whole set, on the disk until they have. */
export class StagedElements {
  readonly #datastore: Datastore
  readonly #prefix: string

  constructor(datastore: Datastore, keys: CrdtKeys) {
    this.#datastore = datastore
    this.#prefix = keys.staged
  }

  /**
   * Takes groups, each of them what one delta may hold. What an earlier attempt left is deleted.
   *
   * @returns whether no key is there twice
   */
  async write(groups: AsyncIterable<readonly Element[]>, options: AbortOptions): Promise<boolean> {
    await this.drop()
    let priority = 0
    const writer = new WriteAhead(this.#datastore)
    const keys = new DistinctKeys()
    for await (const elements of groups) {
      options.signal?.throwIfAborted()
      for (const { key } of elements) keys.add(key)
      const place = this.#prefix + String(priority++).padStart(NUMBER_DIGITS, '0')
      await writer.add([{ type: 'put', key: place, value: encodeDelta({ elements, tombstones: [], priority }) }])
    }
    await writer.end()
    return keys.areDistinct
  }

  /**
   * The groups, in their order: each as the encoded delta that it is in a set that was empty. Give each to
   * {@link release} when it is not needed any more.
   */
  async *read(): AsyncGenerator<Uint8Array> {
    for await (const entries of this.#datastore.entries({ prefix: this.#prefix })) {
      for (const { value } of entries) yield value
    }
  }

  release(delta: Uint8Array): void {
    this.#datastore.release(delta)
  }

  async drop(): Promise<void> {
    await this.#datastore.deleteRange({ prefix: this.#prefix })
  }
}
