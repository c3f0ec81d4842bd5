import { ClusterError } from '@ipfs-cluster/api'
import * as dagPb from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { blockIdOf, canNameBlock, cidOfBytes } from '../../blocks/index.ts'
import type { BlockId } from '../../blocks/index.ts'
import { messageOf } from '../../util/errors.ts'
import { MAX_LINKS } from './defaults.ts'
import { decodeDelta, encodeDelta } from './delta.ts'
import type { Delta } from './delta.ts'

/** A delta in its place in the DAG: a dag-pb block that links those it was made upon. */
export interface DeltaBlock {
  readonly id: BlockId
  readonly cid: CID
  readonly bytes: Uint8Array
  readonly delta: Delta
  /** The heads at the time when it was made. */
  readonly links: readonly BlockId[]
}

/**
 * Builds a block (spec: wire 4.3): the links in the order of their bytes, each with an empty name and size 0, which are
 * part of what is hashed.
 */
export function makeBlock(delta: Delta, heads: readonly CID[]): DeltaBlock {
  const sorted = [...heads].sort((a, b) => Buffer.compare(a.bytes, b.bytes))
  return { ...blockOfDelta(encodeDelta(delta), sorted), delta, links: sorted.map(blockIdOf) }
}

/** The same of a delta in its protobuf form, and links that are in order. */
export function blockOfDelta(delta: Uint8Array, links: readonly CID[]): Pick<DeltaBlock, 'id' | 'cid' | 'bytes'> {
  const bytes = dagPb.encode({ Data: delta, Links: links.map((cid) => ({ Hash: cid, Name: '', Tsize: 0 })) })
  return { ...nameOf(bytes), bytes }
}

/**
 * Reads a block.
 *
 * @throws ClusterError `ERR_BAD_ENCODING` when the bytes are not a delta block
 */
export function readBlock(bytes: Uint8Array): DeltaBlock {
  const { Data, Links } = decodeNode(bytes)
  if (Links.length > MAX_LINKS) throw malformed(`${Links.length} links`)
  if (!Links.every(({ Hash }) => canNameBlock(Hash))) throw malformed('a link with another hash than sha2-256')
  return {
    ...nameOf(bytes),
    bytes,
    delta: decodeDelta(Data ?? new Uint8Array(0)),
    links: Links.map(({ Hash }) => blockIdOf(Hash))
  }
}

/** Reads a block that a disk may have damaged. @returns undefined when it is not the one that the name says */
export function readWholeBlock(id: BlockId, bytes: Uint8Array): DeltaBlock | undefined {
  try {
    const block = readBlock(bytes)
    return block.id === id ? block : undefined
  } catch {
    return undefined
  }
}

function nameOf(bytes: Uint8Array): { cid: CID; id: BlockId } {
  const cid = cidOfBytes(bytes)
  return { cid, id: blockIdOf(cid) }
}

function decodeNode(bytes: Uint8Array): dagPb.PBNode {
  try {
    return dagPb.decode(bytes)
  } catch (cause) {
    throw malformed(messageOf(cause), cause)
  }
}

function malformed(reason: string, cause?: unknown): ClusterError {
  return new ClusterError('ERR_BAD_ENCODING', `malformed delta block: ${reason}`, { cause })
}
