import { cidOfBlockId, storedOrAbsent } from '../../blocks/index.ts'
import type { BlockId, BlockReader } from '../../blocks/index.ts'
import type { DatastoreReader } from '../../datastore/index.ts'
import { readBlock } from './delta-block.ts'
import type { Delta } from './delta.ts'
import type { CrdtKeys } from './keys.ts'
import type { History, SetView } from './merge.ts'
import { decodeVarint } from './varint.ts'

/** Keys whose history is read at the same time: enough to keep the store's threads busy. */
const HISTORIES_AT_ONCE = 32

/** The set as it is stored. */
export class StoredSet implements SetView {
  readonly #datastore: DatastoreReader
  readonly #blocks: BlockReader
  readonly #keys: CrdtKeys
  readonly #mend: (id: BlockId) => Promise<Uint8Array>

  /** @param mend - gets a block that is damaged or not there */
  constructor(
    datastore: DatastoreReader,
    blocks: BlockReader,
    keys: CrdtKeys,
    mend: (id: BlockId) => Promise<Uint8Array>
  ) {
    this.#datastore = datastore
    this.#blocks = blocks
    this.#keys = keys
    this.#mend = mend
  }

  async priorities(keys: readonly string[]): Promise<(number | undefined)[]> {
    const values = await this.#datastore.getMany(keys.map((key) => this.#keys.priority(key)))
    return values.map((value) => (value === undefined ? undefined : decodeVarint(value) - 1))
  }

  value(key: string): Promise<Uint8Array | undefined> {
    return this.#datastore.get(this.#keys.value(key))
  }

  async histories(keys: readonly string[]): Promise<History[]> {
    const histories: History[] = []
    for (let i = 0; i < keys.length; i += HISTORIES_AT_ONCE) {
      const some = keys.slice(i, i + HISTORIES_AT_ONCE)
      histories.push(...(await Promise.all(some.map((key) => this.#history(key)))))
    }
    return histories
  }

  async areTombstoned(keys: readonly string[], id: BlockId): Promise<boolean[]> {
    const markers = await this.#datastore.getMany(keys.map((key) => this.#keys.tombstone(key, id)))
    return markers.map((marker) => marker !== undefined)
  }

  async delta(id: BlockId): Promise<Delta> {
    const bytes = await storedOrAbsent(this.#blocks, cidOfBlockId(id))
    return readBlock(bytes ?? (await this.#mend(id))).delta
  }

  async #history(key: string): Promise<History> {
    const [elements, tombstones] = await Promise.all([
      this.#idsBehind(this.#keys.elementsOf(key)),
      this.#idsBehind(this.#keys.tombstonesOf(key))
    ])
    return { elements, tombstones }
  }

  /** A key may be the start of another one, so what has a slash behind the prefix belongs to that one. */
  async #idsBehind(prefix: string): Promise<Set<BlockId>> {
    const ids = new Set<BlockId>()
    for await (const keys of this.#datastore.keys({ prefix })) {
      for (const key of keys) {
        const id = key.slice(prefix.length)
        if (!id.includes('/')) ids.add(id)
      }
    }
    return ids
  }
}
