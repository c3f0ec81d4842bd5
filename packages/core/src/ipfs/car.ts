import * as dagCbor from '@ipld/dag-cbor'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import { partsOf, sizeOf } from './block.ts'
import type { Block } from './interface.ts'

/** What is small is sent together up to this many bytes. */
const WRITE_BYTES = 64 << 10

/** What has as many bytes as this is sent as it is: to copy it would cost more than a write. */
const LARGE_BYTES = 8 << 10

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
  for await (const block of blocks) {
    const length = sizeOf(block)
    if (block.pin === true) count.roots.push(block.cid)
    count.blocks++
    count.bytes += length
    for (const part of [frame(block.cid.bytes, length), ...partsOf(block)]) {
      const isLarge = part.length >= LARGE_BYTES
      if (!isLarge) {
        waiting.push(part)
        size += part.length
        if (size < WRITE_BYTES) continue
      }
      if (waiting.length > 0) yield Buffer.concat(waiting)
      if (isLarge) yield part
      waiting = []
      size = 0
    }
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
