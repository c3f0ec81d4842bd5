import { MemoryDatastore } from 'datastore-core/memory'
import type { AbortOptions } from '../util/startable.ts'
import { MAX_RECORDS } from './defaults.ts'

type Key = Parameters<MemoryDatastore['put']>[0]

/**
 * What libp2p keeps of other peers: what they are, and the records of the DHT, which any peer may fill. In memory, and
 * of each kind only the newest.
 */
export class BoundedDatastore extends MemoryDatastore {
  /** Names in the order in which they were written, by the first part of the name. */
  readonly #kinds = new Map<string, Map<string, Key>>()

  override put(key: Key, value: Uint8Array, options?: AbortOptions): Key {
    const kind = this.#kindOf(key)
    const name = key.toString()
    kind.delete(name)
    kind.set(name, key)
    for (const oldest of kind.values()) {
      if (kind.size <= MAX_RECORDS) break
      this.delete(oldest)
    }
    void super.put(key, value, options)
    return key
  }

  override delete(key: Key, options?: AbortOptions): void {
    this.#kindOf(key).delete(key.toString())
    void super.delete(key, options)
  }

  #kindOf(key: Key): Map<string, Key> {
    const [, name = ''] = key.toString().split('/')
    const kind = this.#kinds.get(name) ?? new Map<string, Key>()
    this.#kinds.set(name, kind)
    return kind
  }
}
