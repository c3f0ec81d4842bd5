import { ClassicLevel } from 'classic-level'
import { ClassicDatastore } from './classic.ts'
import type { DatastoreReader } from './interface.ts'

/**
 * Reads what is left in the folder of a damaged store. Its files are rearranged for that, and those that cannot be read
 * are moved to a folder `lost` in it. What is given may be old, or only part of what belongs together: believe nothing
 * that does not prove itself.
 */
export async function salvage<T>(location: string, read: (store: DatastoreReader) => Promise<T>): Promise<T> {
  await ClassicLevel.repair(location)
  const store = new ClassicDatastore({ location })
  try {
    await store.open()
    return await read(store)
  } finally {
    await store.close()
  }
}
