import { ClusterError } from '@ipfs-cluster/api'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { MAX_CAR_HEADER_BYTES, MAX_CAR_SECTION_BYTES } from '../defaults.ts'
import { messageOf } from '../../util/errors.ts'
import { ByteReader } from './byte-reader.ts'
import { verifyBlock } from './verify.ts'
import type { Block } from '../../ipfs/interface.ts'

/** A CAR that is being read. */
export interface Car {
  roots: CID[]
  /** The blocks in their order, each found to match its CID. */
  blocks: AsyncIterable<Block>
}

/** What follows the pragma of version 2: 16 bytes of characteristics, then three numbers. */
const V2_HEADER_BYTES = 40
const V2_DATA_OFFSET = 16
const V2_DATA_SIZE = 24
const V2_PRAGMA_BYTES = 11

/**
 * Reads a CAR of version 1 or 2 as it comes, block by block. Of version 2 the index is not looked at.
 *
 * @throws ClusterError `ERR_BAD_CAR`, also from the iteration; the words are those of the Go release where it has some
 */
export async function readCar(source: AsyncIterable<Uint8Array>): Promise<Car> {
  const reader = new ByteReader(source)
  let header = await readHeader(reader)
  if (header.version === 2) {
    await enterData(reader)
    header = await readHeader(reader)
  }
  if (header.version !== 1) throw refused(`invalid car version: ${String(header.version)}`)
  if (!isRootList(header.roots)) throw refused('invalid header: the roots are no list of CIDs')
  if (header.roots.length === 0) throw refused('empty car, no roots')
  return { roots: header.roots, blocks: readBlocks(reader) }
}

interface Header {
  version: unknown
  roots?: unknown
}

async function readHeader(reader: ByteReader): Promise<Header> {
  const size = await reader.varint()
  if (size > MAX_CAR_HEADER_BYTES) throw refused(`invalid header: ${size} bytes are too many`)
  const bytes = await reader.take(size)
  let header: Header | null
  try {
    header = dagCbor.decode<Header | null>(bytes)
  } catch (cause) {
    throw refused(`invalid header: ${messageOf(cause)}`, cause)
  }
  if (header === null) throw refused('invalid header: it is null')
  return header
}

/** Goes to where a CAR of version 2 holds one of version 1. */
async function enterData(reader: ByteReader): Promise<void> {
  const bytes = await reader.take(V2_HEADER_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const offset = Number(view.getBigUint64(V2_DATA_OFFSET, true))
  const size = Number(view.getBigUint64(V2_DATA_SIZE, true))
  if (offset < V2_PRAGMA_BYTES + V2_HEADER_BYTES) throw refused('invalid header: the data begins within it')
  if (size === 0) throw refused('invalid header: the CAR was not finished')
  await reader.skip(offset - V2_PRAGMA_BYTES - V2_HEADER_BYTES)
  reader.endAfter(size)
}

async function* readBlocks(reader: ByteReader): AsyncGenerator<Block, void, undefined> {
  try {
    while (!(await reader.isAtEnd())) {
      const size = await reader.varint()
      if (size > MAX_CAR_SECTION_BYTES) throw refused(`invalid section data, length of read beyond allowable maximum`)
      const block = split(await reader.take(size))
      verifyBlock(block)
      yield block
    }
  } finally {
    await reader.close()
  }
}

function split(section: Uint8Array): Block {
  try {
    const [cid, data] = CID.decodeFirst(section)
    return { cid, data }
  } catch (cause) {
    throw refused(`malformed CAR: a section begins with no CID: ${messageOf(cause)}`, cause)
  }
}

function isRootList(roots: unknown): roots is CID[] {
  return Array.isArray(roots) && roots.every((root) => CID.asCID(root) !== null)
}

function refused(message: string, cause?: unknown): ClusterError {
  return new ClusterError('ERR_BAD_CAR', message, { cause })
}
