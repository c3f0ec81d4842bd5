import { varint } from 'multiformats'

/** The start of every segment: the header of a CARv1 without roots, its length before it. */
export const CAR_HEADER: Uint8Array = Uint8Array.of(
  0x11,
  ...[0xa2, 0x65, ...Buffer.from('roots'), 0x80, 0x67, ...Buffer.from('version'), 0x01]
)

/** A section of a CAR names its block by a CID; blocks are kept by multihash, so that CID is v1 and raw. */
const CID_PREFIX = Uint8Array.of(0x01, 0x55)

/** Longest head of a section that {@link readHead} may need: a varint, the CID's prefix and a multihash. */
export const MAX_HEAD = 9 + CID_PREFIX.length + 160

/** Bytes of a section before the block itself. */
export function recordHead(multihash: Uint8Array, length: number): Uint8Array {
  const body = CID_PREFIX.length + multihash.length + length
  const start = varint.encodingLength(body)
  const head = Buffer.allocUnsafe(start + CID_PREFIX.length + multihash.length)
  varint.encodeTo(body, head)
  head.set(CID_PREFIX, start)
  head.set(multihash, start + CID_PREFIX.length)
  return head
}

/** What the head of a section says. */
export interface RecordHead {
  multihash: Uint8Array
  /** Bytes of the head itself. */
  headLength: number
  /** Bytes of the block behind it. */
  length: number
}

/** Reads the head of the section that starts at `offset`; undefined when it is cut off. */
export function readHead(bytes: Uint8Array, offset: number): RecordHead | undefined {
  try {
    const [body, bodyLength] = varint.decode(bytes, offset)
    const start = offset + bodyLength + CID_PREFIX.length
    const [, codeLength] = varint.decode(bytes, start)
    const [digest, sizeLength] = varint.decode(bytes, start + codeLength)
    const end = start + codeLength + sizeLength + digest
    if (end > bytes.length) return undefined
    const multihash = bytes.slice(start, end)
    return { multihash, headLength: end - offset, length: body - CID_PREFIX.length - multihash.length }
  } catch {
    return undefined
  }
}
