/**
 * @packageDocumentation
 *
 * The embedded store of a peer: an ordered map from text to bytes, on disk as LevelDB or in memory. A folder that a Go
 * peer wrote with its `leveldb` datastore is opened in place.
 *
 * @example
 * const datastore = levelDatastore({ location: '/home/me/.ipfs-cluster/leveldb' })
 * await datastore.open()
 * await datastore.put('/ts/example', new Uint8Array([1]), { sync: true })
 * for await (const chunk of datastore.keys({ prefix: '/ts/' })) console.log(chunk)
 * await datastore.close()
 */
import { ClassicDatastore } from './classic.ts'
import type { Datastore, LevelDatastoreInit } from './interface.ts'
import { MemoryDatastore } from './memory.ts'

export type * from './interface.ts'
export { DHT_PREFIX, OWN_PREFIX } from './prefixes.ts'
export { salvage } from './salvage.ts'

/** A store in a LevelDB folder. Not open yet. */
export function levelDatastore(init: LevelDatastoreInit): Datastore {
  return new ClassicDatastore(init)
}

/** A store in memory, for tests and for state that is rebuilt at every start. */
export function memoryDatastore(): Datastore {
  return new MemoryDatastore()
}
