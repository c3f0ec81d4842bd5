import type { DatastoreReader } from '../../datastore/index.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { applyForeignBlocks } from './apply.ts'
import { MAX_MERGED_BLOCKS } from './defaults.ts'
import { readWholeBlock } from './delta-block.ts'
import type { Replica } from './replica.ts'

/**
 * Merges the delta blocks that another store holds. A block proves by its name that it is whole, so nothing else of that
 * store has to be believed; what a block links and the store does not hold is noted as missing.
 *
 * @returns how many blocks were whole
 */
export async function adoptBlocks(replica: Replica, store: DatastoreReader, options: AbortOptions): Promise<number> {
  const prefix = replica.keys.blocks
  let count = 0
  for await (const chunk of store.entries({ prefix }, options)) {
    const blocks = chunk.flatMap(({ key, value }) => readWholeBlock(key.slice(prefix.length), value) ?? [])
    for (let i = 0; i < blocks.length; i += MAX_MERGED_BLOCKS) {
      await replica.update((tx) => applyForeignBlocks(tx, blocks.slice(i, i + MAX_MERGED_BLOCKS), replica))
    }
    count += blocks.length
  }
  return count
}
