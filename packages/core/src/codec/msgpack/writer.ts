import { BytesBuilder } from '../bytes-builder.ts'

/**
 * Writes msgpack in the forms of the old specification that the Go release writes by default: no separate type for
 * bytes, no 8-bit text lengths, no extensions (spec: wire 2.3).
 */
export class MsgpackWriter {
  readonly #out = new BytesBuilder()

  nil(): void {
    this.#out.byte(0xc0)
  }

  boolean(value: boolean): void {
    this.#out.byte(value ? 0xc3 : 0xc2)
  }

  /** A signed integer of Go: never in an unsigned form above 127. */
  int(value: number | bigint): void {
    if (value >= -32 && value <= 127) {
      this.#out.byte(Number(value) & 0xff)
    } else if (value >= -0x80 && value < 0x80) {
      this.#out.byte(0xd0)
      this.#out.byte(Number(value) & 0xff)
    } else if (value >= -0x8000 && value < 0x8000) {
      this.#out.byte(0xd1)
      this.#out.uint16(Number(value) & 0xffff)
    } else if (value >= -0x80000000 && value < 0x80000000) {
      this.#out.byte(0xd2)
      this.#out.uint32(Number(value) >>> 0)
    } else {
      this.#out.byte(0xd3)
      this.#out.uint64(BigInt(value))
    }
  }

  /** An unsigned integer of Go. */
  uint(value: number | bigint): void {
    if (value <= 0x7f) {
      this.#out.byte(Number(value))
    } else if (value <= 0xff) {
      this.#out.byte(0xcc)
      this.#out.byte(Number(value))
    } else if (value <= 0xffff) {
      this.#out.byte(0xcd)
      this.#out.uint16(Number(value))
    } else if (value <= 0xffffffff) {
      this.#out.byte(0xce)
      this.#out.uint32(Number(value))
    } else {
      this.#out.byte(0xcf)
      this.#out.uint64(BigInt(value))
    }
  }

  float(value: number): void {
    this.#out.byte(0xcb)
    this.#out.float64(value)
  }

  text(value: string): void {
    const size = Buffer.byteLength(value)
    this.#length(size, 0xa0, 32, 0xda, 0xdb)
    this.#out.text(value, size)
  }

  bytes(value: Uint8Array): void {
    this.#length(value.length, 0xa0, 32, 0xda, 0xdb)
    this.#out.bytes(value)
  }

  listHeader(length: number): void {
    this.#length(length, 0x90, 16, 0xdc, 0xdd)
  }

  mapHeader(entries: number): void {
    this.#length(entries, 0x80, 16, 0xde, 0xdf)
  }

  /** Bytes that are msgpack already. */
  encoded(value: Uint8Array): void {
    this.#out.bytes(value)
  }

  /** The bytes written so far, as a copy of their exact size. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#out.finish()
  }

  #length(length: number, fixed: number, fixedLimit: number, short: number, long: number): void {
    if (length < fixedLimit) {
      this.#out.byte(fixed | length)
    } else if (length < 0x10000) {
      this.#out.byte(short)
      this.#out.uint16(length)
    } else {
      this.#out.byte(long)
      this.#out.uint32(length)
    }
  }
}
