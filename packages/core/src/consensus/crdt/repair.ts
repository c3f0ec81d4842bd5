import type { BlockId } from '../../blocks/index.ts'
import type { Datastore } from '../../datastore/index.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { readBlock } from './delta-block.ts'
import type { DeltaBlock } from './delta-block.ts'
import type { Replica } from './replica.ts'

/**
 * Finds every block that is linked by one of the set and is not part of the set itself, and notes it as missing. Goes
 * over the stored blocks in the order of their keys instead of walking the DAG, so it needs no list of where it was.
 */
export async function findMissing(replica: Replica, datastore: Datastore, options: AbortOptions = {}): Promise<void> {
  for await (const chunk of datastore.entries({ prefix: replica.keys.blocks }, options)) {
    await noteMissing(
      chunk.flatMap(({ value }) => readable(value)),
      replica
    )
  }
  await replica.repaired()
}

/** What a disk has damaged is left out: it is fetched again. */
function readable(bytes: Uint8Array): DeltaBlock[] {
  try {
    return [readBlock(bytes)]
  } catch {
    return []
  }
}

async function noteMissing(blocks: readonly DeltaBlock[], replica: Replica): Promise<void> {
  const gaps = await gapsBelow(blocks, replica)
  if (gaps.size === 0) return
  await replica.update(async (tx) => {
    for (const [{ id, cid, delta }, missing] of gaps) {
      // A Go peer that was killed in a walk leaves blocks below no head. As a head of its own it is reachable in any
      // case; the next change of this peer joins the heads.
      tx.heads.set({ id, cid, height: delta.priority })
      for (const link of missing) tx.addMissing(link)
    }
  })
}

async function gapsBelow(blocks: readonly DeltaBlock[], replica: Replica): Promise<Map<DeltaBlock, BlockId[]>> {
  const ids = [...new Set(blocks.flatMap(({ id, links }) => [id, ...links]))]
  const processed = await replica.processedOf(ids)
  const gaps = new Map<DeltaBlock, BlockId[]>()
  for (const block of blocks) {
    const missing = block.links.filter((link) => !processed.has(link) && !replica.isMissing(link))
    if (missing.length > 0 && processed.has(block.id)) gaps.set(block, missing)
  }
  return gaps
}
