import { ClusterError } from '@ipfs-cluster/api'

/** How the bytes of a field are laid out. */
export const WireType = { VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 } as const

const TWO_32 = 2 ** 32

/**
 * Reads protobuf fields one after the other, without copying. Hostile input cannot make it allocate: a length is
 * checked against what is there before anything is done with it.
 *
 * @example
 * const reader = new ProtobufReader(bytes)
 * while (reader.next()) {
 *   if (reader.field === 1) name = reader.string()
 *   else reader.skip()
 * }
 */
export class ProtobufReader {
  /** Number of the field that {@link next} found. */
  field = 0
  /** One of {@link WireType}. */
  wireType = 0
  readonly #buffer: Buffer
  #offset: number
  #end: number

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#offset = 0
    this.#end = bytes.byteLength
  }

  /**
   * Goes to the next field, whose value must then be read or skipped.
   *
   * @returns false at the end
   */
  next(): boolean {
    if (this.#offset >= this.#end) return false
    const tag = this.uint32()
    this.field = tag >>> 3
    this.wireType = tag & 7
    if (this.field === 0) throw malformed('field number 0')
    return true
  }

  /** A varint cut to 32 bits, as protobuf does with a value that is too large. */
  uint32(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    return this.#longVarint(first).low >>> 0
  }

  /** A signed varint in zigzag form, cut to 32 bits. */
  sint32(): number {
    const value = this.uint32()
    return (value >>> 1) ^ -(value & 1)
  }

  /** Unsigned 64 bits; beyond 2^53 the nearest double. */
  uint64(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    const { low, high } = this.#longVarint(first)
    return (high >>> 0) * TWO_32 + (low >>> 0)
  }

  /** Signed 64 bits in two's complement; beyond 2^53 the nearest double. */
  int64(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    const { low, high } = this.#longVarint(first)
    return (high | 0) * TWO_32 + (low >>> 0)
  }

  /** A view of the bytes of the field: copy what is to be kept. */
  bytes(): Uint8Array {
    const start = this.#length()
    return this.#buffer.subarray(start, this.#offset)
  }

  string(): string {
    const start = this.#length()
    return this.#buffer.toString('utf8', start, this.#offset)
  }

  /** Where the bytes of the field lie in those that are read. */
  span(): { start: number; end: number } {
    const start = this.#length()
    return { start, end: this.#offset }
  }

  /** Reads the message that the field holds: within `read`, this reader ends where that message does. */
  message(read: (reader: this) => void): void {
    const start = this.#length()
    const outerEnd = this.#end
    const innerEnd = this.#offset
    this.#offset = start
    this.#end = innerEnd
    read(this)
    this.#offset = innerEnd
    this.#end = outerEnd
  }

  /** Passes over the value of the field. */
  skip(): void {
    switch (this.wireType) {
      case WireType.VARINT:
        this.uint64()
        return
      case WireType.FIXED64:
        this.#advance(8)
        return
      case WireType.BYTES:
        this.#length()
        return
      case WireType.FIXED32:
        this.#advance(4)
        return
      default:
        throw malformed(`wire type ${this.wireType}`)
    }
  }

  /** Passes over a length and what it measures; gives where that starts. */
  #length(): number {
    if (this.wireType !== WireType.BYTES) throw malformed(`wire type ${this.wireType} in field ${this.field}`)
    const size = this.uint64()
    const start = this.#offset
    this.#advance(size)
    return start
  }

  #advance(size: number): void {
    if (size > this.#end - this.#offset) throw malformed('the message is cut short')
    this.#offset += size
  }

  #byte(): number {
    if (this.#offset >= this.#end) throw malformed('the message is cut short')
    return this.#buffer[this.#offset++] ?? 0
  }

  /** The rest of a varint of two to ten bytes, in two halves of 32 bits. */
  #longVarint(first: number): { low: number; high: number } {
    let low = first & 0x7f
    let high = 0
    for (let shift = 7; shift < 70; shift += 7) {
      const byte = this.#byte()
      const bits = byte & 0x7f
      if (shift < 32) low |= bits << shift
      if (shift > 25) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32)
      if (byte < 0x80) return { low, high }
    }
    throw malformed('a number is longer than ten bytes')
  }
}

function malformed(reason: string): ClusterError {
  return new ClusterError('ERR_BAD_ENCODING', `malformed protobuf: ${reason}`)
}
