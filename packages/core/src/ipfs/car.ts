import { varint } from 'multiformats'
import type { Block } from './interface.ts'

/**
 * Header of a CARv1 (dag-cbor, with its length) whose only root is the empty identity CID `bafkqaaa`: the roots are
 * not known while blocks are still being made, and some readers refuse a CAR without any.
 */
const HEADER = Buffer.from('19a265726f6f747381d82a4500015500006776657273696f6e01', 'hex')

/** Small blocks are sent together up to this many bytes, large ones as they are. */
const WRITE_BYTES = 64 << 10

/** How many blocks, and how many bytes of them, have gone into a CAR. */
export interface CarCount {
  blocks: number
  bytes: number
}

/** A CARv1 of the blocks, made as it is read; `count` says how far it is. */
export async function* encodeCar(
  blocks: AsyncIterable<Block> | Iterable<Block>,
  count: CarCount
): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting: Uint8Array[] = [HEADER]
  let size = HEADER.length
  for await (const { cid, data } of blocks) {
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
