/**
 * @packageDocumentation
 *
 * Blocks in the datastore of a peer, named by multihash as the Go release names them. The CRDT consensus keeps its
 * delta blocks here, and whoever serves blocks to other peers reads them from here: `blocks/deltas` does.
 *
 * @example
 * const blocks = new DatastoreBlocks(datastore, '/c/b/blocks/')
 * await datastore.batch([blocks.put(blockIdOf(cid), bytes)], { sync: true })
 * const same = await blocks.get(cid)
 */
export { blockIdOf, cidOfBlockId, cidOfBytes } from './block-id.ts'
export type { BlockId } from './block-id.ts'
export { BlockDamagedError, canNameBlock, DatastoreBlocks, matches, storedOrAbsent } from './blockstore.ts'
export type { BlockReader } from './interface.ts'
