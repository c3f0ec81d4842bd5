import type { BlockStore } from './block-store.ts'
import type { Segment } from './segment.ts'

/** A segment is rewritten when more than this share of it no longer counts. */
const DEAD_SHARE = 1 / 8

/**
 * Gives the space of removed blocks back to the system: segments without a block go, and what still counts in those
 * with much waste is moved together. Blocks stay readable and may be added all the while; only removals must wait.
 */
export async function compact(store: BlockStore, options: { signal?: AbortSignal } = {}): Promise<void> {
  const wasteful = store.segments
    .all()
    .filter((segment) => segment.row.count === 0 || segment.wasted > segment.size * DEAD_SHARE)
    .sort((a, b) => a.row.live - b.row.live)
  for (const segment of wasteful) {
    options.signal?.throwIfAborted()
    await store.retire(segment)
    if (segment.row.count > 0) await moveBlocks(store, segment)
    await store.drop(segment)
  }
}

async function moveBlocks(store: BlockStore, segment: Segment): Promise<void> {
  for await (const { multihash, offset, length } of segment.records(segment.size)) {
    const location = store.locate(multihash)
    if (location?.segment !== segment.id || location.offset !== offset) continue
    await store.move({ multihash, location }, await segment.read(offset, length))
  }
  await store.flush()
}
