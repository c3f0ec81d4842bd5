import { Header, Kind, malformed } from './header.ts'

/**
 * Most list elements and map entries that one message may hold. A nil of one byte can stand for a struct of hundreds,
 * so the size of a message does not bound what it turns into.
 */
const MAX_ITEMS = 1_000_000

/**
 * Reads msgpack values one after the other, without copying. Every length is checked against the bytes that are
 * there, so a message can claim no more than it brings.
 */
export class MsgpackReader {
  readonly #buffer: Buffer
  readonly #header = new Header()
  readonly #position: number
  #offset = 0
  #items = 0

  /** @param position - of the bytes in the stream that they come from: errors tell it */
  constructor(bytes: Uint8Array, position: number = 0) {
    this.#position = position
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset
  }

  /** Whether everything has been read. */
  get done(): boolean {
    return this.#offset >= this.#buffer.length
  }

  /** Kind of the next value, one of {@link Kind}, without passing over it. */
  peek(): number {
    if (!this.#header.read(this.#buffer, this.#offset, this.#buffer.length)) throw this.fail('unexpected EOF')
    return this.#header.kind
  }

  /** Passes over a nil, if there is one. */
  tryNil(): boolean {
    if (this.peek() !== Kind.NIL) return false
    this.#offset++
    return true
  }

  /** Passes over a value, if it is the one with these bytes. */
  tryEncoded(value: Uint8Array): boolean {
    const start = this.#offset
    for (let i = 0; i < value.length; i++) if (this.#buffer[start + i] !== value[i]) return false
    this.#offset = start + value.length
    return true
  }

  /** True or false; 1 and 0 are taken as well, as in Go. */
  boolean(): boolean {
    const { kind, fixed, size } = this.#next()
    if (kind === Kind.TRUE || kind === Kind.FALSE) return kind === Kind.TRUE
    if (kind === Kind.UINT && size === 1 && fixed <= 1) return fixed === 1
    throw this.fail('expected a boolean')
  }

  /** An integer in any form, a float with an integral value among them. */
  bigint(): bigint {
    const value = this.#number()
    if (typeof value === 'bigint') return value
    if (!Number.isInteger(value)) throw this.fail(`expected an integer, not ${value}`)
    return BigInt(value)
  }

  /** The same as a number: exact up to 2^53. */
  integer(): number {
    const value = this.#number()
    if (typeof value === 'bigint') return Number(value)
    if (!Number.isInteger(value)) throw this.fail(`expected an integer, not ${value}`)
    return value
  }

  float(): number {
    return Number(this.#number())
  }

  /** Text in UTF-8. */
  text(): string {
    const start = this.#raw()
    return this.#buffer.toString('utf8', start, this.#offset)
  }

  /** A view of bytes or text: copy what is to be kept. A list of numbers is taken as well, as in Go. */
  bytes(): Uint8Array {
    if (this.peek() === Kind.ARRAY) return this.#byteList()
    const start = this.#raw()
    return this.#buffer.subarray(start, this.#offset)
  }

  /** A view of all that has not been read, which counts as read then. */
  rest(): Uint8Array {
    const rest = this.#buffer.subarray(this.#offset)
    this.#offset = this.#buffer.length
    return rest
  }

  /** Type and data of an extension; undefined, and nothing read, when the next value is none. */
  tryExtension(): { type: number; data: Uint8Array } | undefined {
    if (this.peek() !== Kind.EXT) return undefined
    const { payload } = this.#next()
    const start = this.#take(payload)
    return { type: this.#buffer.readInt8(start), data: this.#buffer.subarray(start + 1, this.#offset) }
  }

  /** Number of elements of a list, which are then to be read. */
  listHeader(): number {
    const { kind, children } = this.#next()
    if (kind !== Kind.ARRAY) throw this.fail('expected a list')
    return this.#count(children, children)
  }

  /** Number of entries of a map, whose keys and values are then to be read in turn. */
  mapHeader(): number {
    const { kind, children } = this.#next()
    if (kind !== Kind.MAP) throw this.fail('expected a map')
    return this.#count(children / 2, children)
  }

  /** Passes over the next value, however deep, without recursion. */
  skip(): void {
    for (let left = 1; left > 0; left--) {
      const { payload, children } = this.#next()
      this.#take(payload)
      left += children
    }
  }

  /** An error that says where in the message it happened. */
  fail(reason: string): Error {
    return malformed(this.#position + this.#offset, reason)
  }

  /** Passes over the head of the next value, numbers included. */
  #next(): Header {
    if (!this.#header.read(this.#buffer, this.#offset, this.#buffer.length)) throw this.fail('unexpected EOF')
    this.#offset += this.#header.size
    return this.#header
  }

  #number(): number | bigint {
    const { kind, size, fixed } = this.#next()
    if (kind === Kind.UINT || kind === Kind.INT) return size === 1 ? fixed : this.#integer(size - 1, kind)
    if (kind === Kind.FLOAT64) return this.#buffer.readDoubleBE(this.#offset - 8)
    if (kind === Kind.FLOAT32) return this.#buffer.readFloatBE(this.#offset - 4)
    throw this.fail('expected a number')
  }

  /** The number of `width` bytes just passed over. */
  #integer(width: number, kind: number): number | bigint {
    const start = this.#offset - width
    if (width < 8) {
      return kind === Kind.INT ? this.#buffer.readIntBE(start, width) : this.#buffer.readUIntBE(start, width)
    }
    const value = kind === Kind.INT ? this.#buffer.readBigInt64BE(start) : this.#buffer.readBigUInt64BE(start)
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
  }

  #raw(): number {
    const { kind, payload } = this.#next()
    if (kind !== Kind.RAW) throw this.fail('expected text or bytes')
    return this.#take(payload)
  }

  #take(size: number): number {
    if (size > this.#buffer.length - this.#offset) throw this.fail('unexpected EOF')
    const start = this.#offset
    this.#offset += size
    return start
  }

  #byteList(): Uint8Array {
    const bytes = new Uint8Array(this.listHeader())
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.integer()
    return bytes
  }

  /** Each value takes a byte at least, so a count beyond what is left is a lie. */
  #count(items: number, values: number): number {
    if (values > this.#buffer.length - this.#offset) throw this.fail('unexpected EOF')
    this.#items += items
    if (this.#items > MAX_ITEMS) throw this.fail(`more than ${MAX_ITEMS} elements`)
    return items
  }
}
