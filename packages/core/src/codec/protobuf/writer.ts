import { WireType } from './reader.ts'

const INITIAL_SIZE = 256

/**
 * Writes protobuf fields. Fields with the default value are left out, as proto3 asks, except by the methods whose name
 * says `always`.
 *
 * @example
 * const bytes = new ProtobufWriter().string(1, 'name').sint32(2, -1).finish()
 */
export class ProtobufWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_SIZE)
  #length = 0

  /** Unsigned number up to 2^53. */
  uint64(field: number, value: number): this {
    if (value === 0) return this
    this.#tag(field, WireType.VARINT)
    this.#varint(value)
    return this
  }

  /** Signed number in two's complement: a negative one takes ten bytes. */
  int64(field: number, value: number): this {
    if (value >= 0) return this.uint64(field, value)
    this.#tag(field, WireType.VARINT)
    this.#negative(value)
    return this
  }

  /** Signed number of 32 bits in zigzag form. */
  sint32(field: number, value: number): this {
    return this.uint64(field, ((value << 1) ^ (value >> 31)) >>> 0)
  }

  string(field: number, value: string): this {
    return value === '' ? this : this.alwaysString(field, value)
  }

  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.alwaysBytes(field, value)
  }

  /** An element of a repeated field is written even when it is empty. */
  alwaysString(field: number, value: string): this {
    const size = Buffer.byteLength(value)
    this.#tag(field, WireType.BYTES)
    this.#varint(size)
    this.#reserve(size)
    this.#length += this.#buffer.write(value, this.#length, 'utf8')
    return this
  }

  /** An element of a repeated field is written even when it is empty. */
  alwaysBytes(field: number, value: Uint8Array): this {
    this.#tag(field, WireType.BYTES)
    this.#varint(value.length)
    this.#reserve(value.length)
    this.#buffer.set(value, this.#length)
    this.#length += value.length
    return this
  }

  /** A message within the message, written even when it is empty. */
  message(field: number, write: (writer: this) => void): this {
    this.#tag(field, WireType.BYTES)
    const start = this.#length
    write(this)
    this.#insertLength(start)
    return this
  }

  /** The bytes written so far, as a copy of their exact size. */
  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer.subarray(0, this.#length))
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType)
  }

  #varint(value: number): void {
    this.#reserve(10)
    let rest = value
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#buffer[this.#length++] = rest
  }

  #negative(value: number): void {
    this.#reserve(10)
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest >= 0x80n; rest >>= 7n) this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80
    this.#buffer[this.#length++] = Number(rest)
  }

  /** Puts the length of what was written since `start` in front of it. */
  #insertLength(start: number): void {
    const size = this.#length - start
    let prefix = 1
    for (let rest = size; rest >= 0x80; rest = Math.floor(rest / 0x80)) prefix++
    this.#reserve(prefix)
    this.#buffer.copyWithin(start + prefix, start, this.#length)
    this.#length = start
    this.#varint(size)
    this.#length = start + prefix + size
  }

  #reserve(size: number): void {
    const needed = this.#length + size
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}
