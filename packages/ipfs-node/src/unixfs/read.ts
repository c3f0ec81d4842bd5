import type { CID } from 'multiformats/cid'
import type { Blocks, ReadOptions } from '../dag/blocks.ts'
import { KuboError } from '../errors.ts'
import type { UnixfsNode } from './node.ts'
import { unixfsNode } from './node.ts'

/** Blocks of a file that are read before they are asked for. */
const READ_AHEAD = 8

export interface RangeOptions extends ReadOptions {
  /** First byte, 0 by default. */
  offset?: number
  /** Bytes at most, to the end by default. */
  length?: number
}

interface Piece {
  cid: CID
  start: number
  end: number
  node?: Promise<UnixfsNode>
}

/** The bytes of a file, or of a part of it, with a few blocks read ahead and no more. */
export async function* readFile(
  blocks: Blocks,
  root: UnixfsNode,
  options: RangeOptions = {}
): AsyncGenerator<Uint8Array> {
  if (root.type === 'directory') throw new KuboError('this dag node is a directory')
  if (root.type === 'symlink') throw new KuboError('this dag node is not a regular file')
  const from = options.offset ?? 0
  const to = Math.min(root.size, from + (options.length ?? root.size))
  const queue: Piece[] = [{ cid: root.cid, start: 0, end: root.size, node: Promise.resolve(root) }]
  for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
    const node = await (piece.node ?? unixfsNode(blocks, piece.cid, options))
    if (node.type !== 'file') throw new KuboError(`${node.cid.toString()} is not a part of a file`)
    const data = node.data.subarray(Math.max(0, from - piece.start), Math.max(0, to - piece.start))
    if (data.length > 0) yield data
    queue.unshift(...piecesIn(node, piece.start + node.data.length, from, to))
    for (const next of queue.slice(0, READ_AHEAD)) {
      next.node ??= unixfsNode(blocks, next.cid, options)
      // The failure of a block that was read ahead counts when its turn comes.
      next.node.catch(() => {})
    }
  }
}

/** The children of a block that lie in the range. */
function piecesIn(node: UnixfsNode & { type: 'file' }, start: number, from: number, to: number): Piece[] {
  const pieces: Piece[] = []
  for (const { cid, size } of node.parts) {
    const end = start + size
    if (end > from && start < to) pieces.push({ cid, start, end })
    start = end
  }
  return pieces
}
