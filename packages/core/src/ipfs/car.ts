import * as dagCbor from '@ipld/dag-cbor'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import type { Block } from './interface.ts'

/** Small blocks are sent together up to this many bytes, large ones as they are. */
const WRITE_BYTES = 64 << 10

/** What has gone into a CAR. */
export interface CarCount {
  blocks: number
  bytes: number
  /** The blocks that are to be pinned. */
  roots: CID[]
}

/** The header of a CARv1, with its length. */
export function encodeCarHeader(roots: readonly CID[]): Uint8Array {
  const header = dagCbor.encode({ version: 1, roots })
  return Buffer.concat([varint.encodeTo(header.length, new Uint8Array(varint.encodingLength(header.length))), header])
}

/**
 * A CARv1 of the blocks, made as it is read; `count` says how far it is. It has no roots, as they are not known while
 * blocks are still being made.
 */
export async function* encodeCar(
  blocks: AsyncIterable<Block> | Iterable<Block>,
  count: CarCount
): AsyncGenerator<Uint8Array, void, undefined> {
  const header = encodeCarHeader([])
  let waiting: Uint8Array[] = [header]
  let size = header.length
  for await (const { cid, data, pin } of blocks) {
    if (pin === true) count.roots.push(cid)
    count.blocks++
    count.bytes += data.length
    waiting.push(frame(cid.bytes, data.length))
    if (data.length >= WRITE_BYTES) {
      yield Buffer.concat(waiting)
      yield data
    } else {
      waiting.push(data)
      size += data.length
      if (size < WRITE_BYTES) continue
      yield Buffer.concat(waiting)
    }
    waiting = []
    size = 0
  }
  if (waiting.length > 0) yield Buffer.concat(waiting)
}

/** What stands before a block: the length of CID and block, and the CID. */
function frame(cid: Uint8Array, length: number): Uint8Array {
  const total = cid.length + length
  const head = varint.encodingLength(total)
  const bytes = new Uint8Array(head + cid.length)
  varint.encodeTo(total, bytes)
  bytes.set(cid, head)
  return bytes
}
