import type { BlockId } from '../../blocks/index.ts'
import type { DatastoreReader } from '../../datastore/index.ts'
import type { KnownBlocks } from './apply.ts'
import { applyForeignBlocks } from './apply.ts'
import { readWholeBlock } from './delta-block.ts'
import type { DeltaBlock } from './delta-block.ts'
import type { Heads } from './heads.ts'
import type { CrdtKeys } from './keys.ts'
import type { Transaction } from './transaction.ts'

/** Heights below the highest head within which orphans are looked for: what was made last. */
const DEPTH = 1000

/** Blocks of that depth that are looked at; a DAG that is wider is left as it is. */
const MAX_BLOCKS = 100_000

/**
 * Blocks of the last changes that nothing leads to: they are no heads, and no other block links them.
 *
 * A Go peer leaves such blocks when it is stopped in the middle of a pin. It stores the block, then what the block does,
 * then the head, each by itself; without the head no other peer ever hears of the pin, which its own pinset may have.
 */
export async function findOrphans(store: DatastoreReader, keys: CrdtKeys, heads: Heads): Promise<DeltaBlock[]> {
  const recent = new Set<BlockId>()
  const linked = new Set<BlockId>()
  for await (const block of storedBlocks(store, keys)) {
    if (block.delta.priority <= heads.maxHeight - DEPTH) continue
    recent.add(block.id)
    for (const link of block.links) linked.add(link)
    if (recent.size > MAX_BLOCKS) return []
  }
  const orphans = recent.difference(linked).difference(new Set(heads.ids()))
  const found = await store.getMany(Array.from(orphans, (id) => keys.blocks + id))
  return [...orphans].flatMap((id, i) => readWholeBlock(id, found[i] ?? new Uint8Array(0)) ?? [])
}

async function* storedBlocks(store: DatastoreReader, keys: CrdtKeys): AsyncGenerator<DeltaBlock, void, undefined> {
  for await (const chunk of store.entries({ prefix: keys.blocks })) {
    for (const { key, value } of chunk) {
      const block = readWholeBlock(key.slice(keys.blocks.length), value)
      if (block !== undefined) yield block
    }
  }
}

/** Makes heads of orphans, and their deltas part of the set where they are not. */
export async function takeOrphans(tx: Transaction, orphans: readonly DeltaBlock[], known: KnownBlocks): Promise<void> {
  await applyForeignBlocks(tx, orphans, known)
  for (const { id, cid, delta, links } of orphans) {
    for (const link of links) tx.heads.delete(link)
    tx.heads.set({ id, cid, height: delta.priority })
  }
}
