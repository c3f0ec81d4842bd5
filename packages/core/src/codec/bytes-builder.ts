const INITIAL_SIZE = 256

/** Its length is a varint of one byte. */
const MAX_SHORT_TEXT = 0x7f

/** A buffer that grows as it is written to, for the encoders of this folder. */
export class BytesBuilder {
  #buffer = Buffer.allocUnsafe(INITIAL_SIZE)
  #length = 0

  get length(): number {
    return this.#length
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value
  }

  uint16(value: number): void {
    this.#reserve(2)
    this.#length = this.#buffer.writeUInt16BE(value, this.#length)
  }

  uint32(value: number): void {
    this.#reserve(4)
    this.#length = this.#buffer.writeUInt32BE(value, this.#length)
  }

  uint64(value: bigint): void {
    this.#reserve(8)
    this.#length = this.#buffer.writeBigUInt64BE(BigInt.asUintN(64, value), this.#length)
  }

  float64(value: number): void {
    this.#reserve(8)
    this.#length = this.#buffer.writeDoubleBE(value, this.#length)
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#buffer.set(value, this.#length)
    this.#length += value.length
  }

  /** @param size - length of the text in UTF-8, which the caller has had to know for its header */
  text(value: string, size: number): void {
    this.#reserve(size)
    this.#length += this.#buffer.write(value, this.#length, 'utf8')
  }

  /** Unsigned number up to 2^53 as a varint of protobuf. */
  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#buffer[this.#length++] = rest
  }

  /**
   * Writes a text with its length in front, a varint, if it is short and has ASCII only: most are, and written here
   * faster than by the general function.
   *
   * @returns false when it is another text; nothing is written then
   */
  shortText(value: string): boolean {
    const { length } = value
    if (length > MAX_SHORT_TEXT) return false
    this.#reserve(1 + length)
    const start = this.#length + 1
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) return false
      this.#buffer[start + i] = code
    }
    this.#buffer[start - 1] = length
    this.#length = start + length
    return true
  }

  /**
   * Leaves room for the number of bytes that are written from now on until {@link endLength}.
   *
   * @returns what that is to be given
   */
  beginLength(): number {
    this.byte(0)
    return this.#length
  }

  /** Puts the number of bytes written since `start` in front of them, as a varint. */
  endLength(start: number): void {
    const size = this.#length - start
    const further = varintSize(size) - 1
    if (further > 0) {
      this.#reserve(further)
      this.#buffer.copyWithin(start + further, start, this.#length)
    }
    this.#length = start - 1
    this.varint(size)
    this.#length += size
  }

  /** The bytes written so far, as a copy of their exact size. */
  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer.subarray(0, this.#length))
  }

  #reserve(size: number): void {
    const needed = this.#length + size
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}
