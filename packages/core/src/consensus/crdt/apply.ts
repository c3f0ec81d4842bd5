import type { BlockId } from '../../blocks/index.ts'
import type { DeltaBlock } from './delta-block.ts'
import { mergeDelta } from './merge.ts'
import type { Transaction } from './transaction.ts'

/** What the book-keeping knows of blocks. */
export interface KnownBlocks {
  /** Those of the blocks whose deltas are part of the set. */
  processedOf(ids: readonly BlockId[]): Promise<ReadonlySet<BlockId>>
  /** Whether the block is linked by one that is part of the set, but is not itself. */
  isMissing(id: BlockId): boolean
}

/** Puts a block that was made on this peer on top of the heads. */
export async function applyOwnBlock(tx: Transaction, block: DeltaBlock): Promise<void> {
  tx.addBlock(block, await mergeDelta(block.delta, block.id, tx, { fresh: true }))
  for (const link of block.links) tx.heads.delete(link)
  tx.heads.set({ id: block.id, cid: block.cid, height: block.delta.priority })
}

/** Takes in blocks of another replica, in any order; see {@link applyForeignBlock}. */
export async function applyForeignBlocks(
  tx: Transaction,
  blocks: readonly DeltaBlock[],
  known: KnownBlocks
): Promise<void> {
  const ids = [...new Set(blocks.flatMap(({ id, links }) => [id, ...links]))]
  const processed = await known.processedOf(ids)
  for (const block of blocks) await applyForeignBlock(tx, block, processed, known)
}

/**
 * Takes in a block of another replica, if it is not part of the set yet. The block becomes a head unless one that is
 * part of the set links it; what it links is no head any more, and is missing if it is not part of the set.
 *
 * The Go release makes the block of a broadcast a head only when the walk from it has met something known. Here it is
 * one at once: together with the list of missing blocks, which is written in the same batch, the store then knows at
 * every moment what is still to be done. When nothing is missing the heads are the same.
 */
async function applyForeignBlock(
  tx: Transaction,
  block: DeltaBlock,
  processed: ReadonlySet<BlockId>,
  known: KnownBlocks
): Promise<void> {
  if (processed.has(block.id) || tx.blocks.has(block.id)) return
  const isLinked = known.isMissing(block.id) || tx.foundMissing.has(block.id)
  tx.addBlock(block, await mergeDelta(block.delta, block.id, tx))
  if (!isLinked) tx.heads.set({ id: block.id, cid: block.cid, height: block.delta.priority })
  for (const link of block.links) {
    tx.heads.delete(link)
    if (!processed.has(link) && !tx.blocks.has(link) && !known.isMissing(link)) tx.addMissing(link)
  }
}
