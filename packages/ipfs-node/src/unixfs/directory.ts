import type { CID } from 'multiformats/cid'
import type { Blocks, ReadOptions } from '../dag/blocks.ts'
import type { UnixfsNode } from './node.ts'
import { unixfsNode } from './node.ts'

/** An entry of a directory. */
export interface DirectoryEntry {
  name: string
  cid: CID
  /** Bytes of all blocks below it, as the directory says. */
  size: number
}

/** The entries of a directory, also of one that is spread over many blocks. */
export async function* listDirectory(
  blocks: Blocks,
  directory: UnixfsNode & { type: 'directory' },
  options: ReadOptions = {}
): AsyncGenerator<DirectoryEntry> {
  if (directory.fanout === undefined) {
    yield* directory.links
    return
  }
  const prefix = (directory.fanout - 1).toString(16).length
  for (const link of directory.links) {
    if (link.name.length > prefix) {
      yield { ...link, name: link.name.slice(prefix) }
      continue
    }
    const shard = await unixfsNode(blocks, link.cid, options)
    if (shard.type === 'directory') yield* listDirectory(blocks, shard, options)
  }
}
