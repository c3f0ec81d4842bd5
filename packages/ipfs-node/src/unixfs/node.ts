import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import type { Blocks, ReadOptions } from '../dag/blocks.ts'
import { decodePb } from '../dag/codecs.ts'
import { KuboError } from '../errors.ts'

const DAG_PB = 0x70
const RAW = 0x55

/** A child of a block of a file: a link and the range of the file that it stands for. */
export interface FilePart {
  cid: CID
  size: number
}

/** A block read as what UnixFS says it is. */
export type UnixfsNode = {
  cid: CID
  mode?: number
  mtime?: { secs: bigint; nsecs?: number }
  /** Links of the block itself, with their cumulative size. */
  links: { name: string; cid: CID; size: number }[]
  /** Bytes of the block. */
  blockSize: number
} & (
  | { type: 'file'; size: number; data: Uint8Array; parts: FilePart[] }
  | { type: 'directory'; fanout?: number }
  | { type: 'symlink'; target: string }
)

/** Reads a block as UnixFS. @throws KuboError when it is something else */
export async function unixfsNode(blocks: Blocks, cid: CID, options: ReadOptions = {}): Promise<UnixfsNode> {
  return parseNode(cid, await blocks.get(cid, options))
}

/** As {@link unixfsNode}, for bytes at hand. */
export function parseNode(cid: CID, bytes: Uint8Array): UnixfsNode {
  const blockSize = bytes.length
  if (cid.code === RAW) {
    return { cid, type: 'file', size: blockSize, data: bytes, parts: [], links: [], blockSize }
  }
  if (cid.code !== DAG_PB) throw new KuboError('operation not supported: the CID is not of a UnixFS file or directory')
  const { Data, Links } = decodePb(cid, bytes)
  const unixfs = unmarshal(cid, Data)
  const links = Links.map(({ Name, Hash, Tsize }) => ({ name: Name ?? '', cid: Hash, size: Tsize ?? 0 }))
  const common = { cid, links, blockSize, mode: unixfs.mode, mtime: unixfs.mtime }
  switch (unixfs.type) {
    case 'directory':
      return { ...common, type: 'directory' }
    case 'hamt-sharded-directory':
      return { ...common, type: 'directory', fanout: Number(unixfs.fanout ?? 256n) }
    case 'symlink':
      return { ...common, type: 'symlink', target: Buffer.from(unixfs.data ?? []).toString() }
    default:
      return { ...common, type: 'file', ...fileContent(unixfs, links) }
  }
}

function fileContent(
  unixfs: UnixFS,
  links: UnixfsNode['links']
): { size: number; data: Uint8Array; parts: FilePart[] } {
  if (links.length !== unixfs.blockSizes.length) throw new KuboError('inconsistent block sizes and links in a file')
  const parts = links.map(({ cid }, i) => ({ cid, size: Number(unixfs.blockSizes[i]) }))
  const data = unixfs.data ?? new Uint8Array(0)
  return { data, parts, size: parts.reduce((sum, part) => sum + part.size, data.length) }
}

function unmarshal(cid: CID, data: Uint8Array | undefined): UnixFS {
  try {
    return UnixFS.unmarshal(data ?? new Uint8Array(0))
  } catch (err) {
    throw new KuboError(`${cid.toString()} is not UnixFS: ${(err as Error).message}`, { cause: err })
  }
}
