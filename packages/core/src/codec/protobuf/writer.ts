import { BytesBuilder } from '../bytes-builder.ts'
import { WireType } from './reader.ts'

/**
 * Writes protobuf fields. Fields with the default value are left out, as proto3 asks, except by the methods whose name
 * says `always`.
 *
 * @example
 * const bytes = new ProtobufWriter().string(1, 'name').sint32(2, -1).finish()
 */
export class ProtobufWriter {
  readonly #out = new BytesBuilder()

  /** Bytes written so far. */
  get length(): number {
    return this.#out.length
  }

  /** Unsigned number up to 2^53. */
  uint64(field: number, value: number): this {
    if (value === 0) return this
    this.#tag(field, WireType.VARINT)
    this.#out.varint(value)
    return this
  }

  /** Signed number in two's complement: a negative one takes ten bytes. */
  int64(field: number, value: number): this {
    if (value >= 0) return this.uint64(field, value)
    this.#tag(field, WireType.VARINT)
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest >= 0x80n; rest >>= 7n) this.#out.byte(Number(rest & 0x7fn) | 0x80)
    this.#out.byte(Number(rest))
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
    this.#tag(field, WireType.BYTES)
    if (this.#out.shortText(value)) return this
    const size = Buffer.byteLength(value)
    this.#out.varint(size)
    this.#out.text(value, size)
    return this
  }

  /** An element of a repeated field is written even when it is empty. */
  alwaysBytes(field: number, value: Uint8Array): this {
    this.#tag(field, WireType.BYTES)
    this.#out.varint(value.length)
    this.#out.bytes(value)
    return this
  }

  /** A message within the message, written even when it is empty. */
  message(field: number, write: (writer: this) => void): this {
    this.#tag(field, WireType.BYTES)
    const start = this.#out.beginLength()
    write(this)
    this.#out.endLength(start)
    return this
  }

  /** The bytes written so far, as a copy of their exact size. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#out.finish()
  }

  #tag(field: number, wireType: number): void {
    this.#out.varint(field * 8 + wireType)
  }
}
