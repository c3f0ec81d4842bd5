import type { CID } from 'multiformats/cid'
import { cidOfBlockId } from '../../blocks/index.ts'
import type { DatastoreReader } from '../../datastore/index.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { readWholeBlock } from './delta-block.ts'
import type { CrdtKeys } from './keys.ts'

/** A change in its place in the DAG of all changes, without what it changes. */
export interface StoredChange {
  readonly cid: CID
  /** 1 for the first change. */
  readonly height: number
  /** The changes that it was made upon. */
  readonly links: readonly CID[]
  /** Number of pins that were added or replaced, and of additions that were taken back. */
  readonly added: number
  readonly removed: number
}

/** The stored changes in the order of their keys, one block in memory at a time. */
export async function* storedChanges(
  datastore: DatastoreReader,
  keys: CrdtKeys,
  options: AbortOptions
): AsyncGenerator<StoredChange> {
  for await (const entries of datastore.entries({ prefix: keys.blocks }, options)) {
    for (const { key, value } of entries) {
      const block = readWholeBlock(key.slice(keys.blocks.length), value)
      if (block === undefined) continue
      const { cid, links, delta } = block
      yield {
        cid,
        height: delta.priority,
        links: links.map(cidOfBlockId),
        added: delta.elements.length,
        removed: delta.tombstones.length
      }
    }
  }
}
