import { murmur3128 } from '@multiformats/murmur3'
import { UnixFS } from 'ipfs-unixfs'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import { KuboError, messageOf, NoLinkError } from '../errors.ts'
import type { Blocks, ReadOptions } from './blocks.ts'
import { decode, decodePb } from './codecs.ts'

const DAG_PB = 0x70
const RAW = 0x55

/** A content path taken apart. */
export interface ContentPath {
  namespace: 'ipfs' | 'ipld'
  root: CID
  segments: string[]
}

/** What a path leads to. */
export interface Resolved {
  /** The last block on the way. */
  cid: CID
  /** What of the path lies inside that block. */
  remainder: string[]
}

/** Parses a CID as Kubo does: any base, either version. @throws KuboError */
export function parseCid(text: string): CID {
  try {
    return text.startsWith('k') ? CID.parse(text, base36) : CID.parse(text)
  } catch (err) {
    throw new KuboError(`invalid cid: ${messageOf(err)}`, { cause: err })
  }
}

/**
 * Parses `/ipfs/CID/a/b`, `ipfs://CID/a/b` or `CID/a/b`.
 *
 * @throws KuboError when it is none of them, or a name that would have to be looked up first
 */
export function parsePath(text: string): ContentPath {
  const canonical = text.replace(/^(ipfs|ipns):(?:\/\/)?/, '/$1/')
  const absolute = canonical.startsWith('/') ? canonical : `/ipfs/${canonical}`
  const [namespace = '', root = '', ...segments] = absolute
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
  const invalid = (why: string): KuboError => new KuboError(`invalid path ${JSON.stringify(text)}: ${why}`)
  if (root === '') throw invalid('path does not have enough components')
  if (namespace === 'ipns') throw new KuboError('could not resolve name: this node does not look names up')
  if (namespace !== 'ipfs' && namespace !== 'ipld') throw invalid(`unknown namespace: ${JSON.stringify(namespace)}`)
  try {
    return { namespace, root: parseCid(root), segments }
  } catch (err) {
    // What does not start with a slash was meant to be a CID or a path: Kubo speaks of the path.
    throw canonical.startsWith('/') ? invalid(messageOf(err)) : invalid('path does not have enough components')
  }
}

/** Follows a path to its end. @throws NoLinkError when a name on it does not exist */
export async function resolve(
  blocks: Blocks,
  path: ContentPath | string,
  options: ReadOptions = {}
): Promise<Resolved> {
  const { root, segments } = typeof path === 'string' ? parsePath(path) : path
  let cid = root
  let rest = segments
  while (rest.length > 0) {
    const step = await follow(blocks, cid, rest, options)
    if (step.cid.equals(cid)) return { cid, remainder: rest }
    cid = step.cid
    rest = step.remainder
  }
  return { cid, remainder: [] }
}

/** Follows a path that must lead to a block, not into one. */
export async function resolveBlock(blocks: Blocks, path: string, options: ReadOptions = {}): Promise<CID> {
  return (await resolve(blocks, path, options)).cid
}

/** The value at a path inside a decoded block. */
export function valueAt(value: unknown, cid: CID, segments: readonly string[]): unknown {
  let current = value
  for (const segment of segments) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, segment)) {
      throw new NoLinkError(segment, cid)
    }
    current = (current as Record<string, unknown>)[segment]
  }
  return current
}

/** One step: to the next block, or to the end of the path inside this one. */
async function follow(blocks: Blocks, cid: CID, segments: string[], options: ReadOptions): Promise<Resolved> {
  const [name = ''] = segments
  if (cid.code === RAW) throw new NoLinkError(name, cid)
  const bytes = await blocks.get(cid, options)
  if (cid.code === DAG_PB)
    return { cid: await followPb(blocks, cid, bytes, name, options), remainder: segments.slice(1) }
  let value = decode(cid, bytes)
  for (let i = 0; i < segments.length; i++) {
    value = valueAt(value, cid, segments.slice(i, i + 1))
    const link = CID.asCID(value)
    if (link !== null) return { cid: link, remainder: segments.slice(i + 1) }
  }
  return { cid, remainder: segments }
}

async function followPb(blocks: Blocks, cid: CID, bytes: Uint8Array, name: string, options: ReadOptions): Promise<CID> {
  const node = decodePb(cid, bytes)
  const unixfs = node.Data === undefined ? undefined : unmarshal(node.Data)
  const found =
    unixfs?.type === 'hamt-sharded-directory'
      ? await findInShard(blocks, cid, bytes, name, options)
      : node.Links.find((link) => link.Name === name)?.Hash
  if (found === undefined) throw new NoLinkError(name, cid)
  return found
}

/** Looks a name up in a directory that is spread over a tree of blocks by the hash of its names. */
async function findInShard(
  blocks: Blocks,
  root: CID,
  rootBytes: Uint8Array,
  name: string,
  options: ReadOptions
): Promise<CID | undefined> {
  const hash = Buffer.from(await murmur3128.encode(Buffer.from(name))).readBigUInt64BE(0)
  let shard = decodePb(root, rootBytes)
  for (let used = 0; ;) {
    const fanout = Number((shard.Data === undefined ? undefined : unmarshal(shard.Data))?.fanout ?? 256)
    const bits = Math.log2(fanout)
    used += bits
    if (used > 64) return undefined
    const index = Number((hash >> BigInt(64 - used)) & BigInt(fanout - 1))
    const prefix = index
      .toString(16)
      .toUpperCase()
      .padStart((fanout - 1).toString(16).length, '0')
    const link = shard.Links.find(({ Name }) => Name === prefix || Name === prefix + name)
    if (link === undefined) return undefined
    if (link.Name !== prefix) return link.Hash
    shard = decodePb(link.Hash, await blocks.get(link.Hash, options))
  }
}

function unmarshal(data: Uint8Array): UnixFS | undefined {
  try {
    return UnixFS.unmarshal(data)
  } catch {
    return undefined
  }
}
