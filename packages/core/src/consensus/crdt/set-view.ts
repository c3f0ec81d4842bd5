import { ClusterError } from '@ipfs-cluster/api'
import { cidOfBlockId } from '../../blocks/index.ts'
import type { BlockId, BlockReader } from '../../blocks/index.ts'
import type { DatastoreReader } from '../../datastore/index.ts'
import { readBlock } from './delta-block.ts'
import type { Delta } from './delta.ts'
import type { CrdtKeys } from './keys.ts'
import type { SetView } from './merge.ts'
import { decodeVarint } from './varint.ts'

/** The set as it is stored. */
export class StoredSet implements SetView {
  readonly #datastore: DatastoreReader
  readonly #blocks: BlockReader
  readonly #keys: CrdtKeys

  constructor(datastore: DatastoreReader, blocks: BlockReader, keys: CrdtKeys) {
    this.#datastore = datastore
    this.#blocks = blocks
    this.#keys = keys
  }

  async priorities(keys: readonly string[]): Promise<(number | undefined)[]> {
    const values = await this.#datastore.getMany(keys.map((key) => this.#keys.priority(key)))
    return values.map((value) => (value === undefined ? undefined : decodeVarint(value) - 1))
  }

  value(key: string): Promise<Uint8Array | undefined> {
    return this.#datastore.get(this.#keys.value(key))
  }

  elementIds(key: string): Promise<Set<BlockId>> {
    return this.#idsBehind(this.#keys.elementsOf(key))
  }

  tombstoneIds(key: string): Promise<Set<BlockId>> {
    return this.#idsBehind(this.#keys.tombstonesOf(key))
  }

  async areTombstoned(keys: readonly string[], id: BlockId): Promise<boolean[]> {
    const markers = await this.#datastore.getMany(keys.map((key) => this.#keys.tombstone(key, id)))
    return markers.map((marker) => marker !== undefined)
  }

  async delta(id: BlockId): Promise<Delta> {
    const bytes = await this.#blocks.get(cidOfBlockId(id))
    if (bytes === undefined)
      throw new ClusterError('ERR_DATASTORE_CORRUPT', `delta block ${id} is not in the datastore`)
    return readBlock(bytes).delta
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
