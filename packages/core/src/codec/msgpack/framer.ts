import { Header, malformed } from './header.ts'

/** A block of 2 MiB, the largest that IPFS nodes exchange, with room to spare. */
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024

const NOTHING = new Uint8Array(0)

export interface MsgpackFramerInit {
  /** Most bytes of one value; a longer one is refused as soon as its length is known. Default 16 MiB. */
  maxBytes?: number
}

/**
 * Cuts a byte stream into msgpack values, which follow one another without any framing of their own. Each byte is
 * looked at once, however the stream is chopped up, and a length is believed only when its bytes have come.
 *
 * @example
 * for await (const chunk of stream) {
 *   framer.push(chunk)
 *   for (let bytes = framer.next(); bytes !== undefined; bytes = framer.next()) handle(decodeMsgpack(codec, bytes))
 * }
 * if (framer.pending > 0) throw new Error('the stream ended within a value')
 */
export class MsgpackFramer {
  readonly #maxBytes: number
  readonly #header = new Header()
  /** The chunk that came last, as it is, or a buffer of our own with room behind its end. */
  #buffer: Uint8Array = NOTHING
  /** Where the value being looked for starts. */
  #start = 0
  /** How far it has been looked at: always the start of a value within it. */
  #scanned = 0
  /** Values that are still needed to complete it. */
  #missing = 1
  /** End of what has arrived. */
  #end = 0

  constructor(init: MsgpackFramerInit = {}) {
    this.#maxBytes = init.maxBytes ?? DEFAULT_MAX_BYTES
  }

  /** Bytes that have come and are not yet part of a value that was given out. */
  get pending(): number {
    return this.#end - this.#start
  }

  /** Adds bytes. The framer may keep the array: it must not be written to afterwards. */
  push(chunk: Uint8Array): void {
    if (this.pending === 0) this.#adopt(chunk)
    else this.#append(chunk)
  }

  /**
   * The bytes of the next complete value, which stay valid; undefined: push more.
   *
   * @param maxBytes - for this value, where values of different kinds follow one another
   * @throws ClusterError `ERR_BAD_ENCODING` when the value is too long or no msgpack; the stream cannot be used further
   */
  next(maxBytes: number = this.#maxBytes): Uint8Array | undefined {
    while (this.#missing > 0) {
      if (!this.#header.read(this.#buffer, this.#scanned, this.#end)) break
      const { size, payload, children } = this.#header
      const wanted = this.#scanned - this.#start + size + payload + children
      if (wanted > maxBytes) throw malformed(this.#scanned - this.#start, `value of ${wanted} bytes or more`)
      if (this.#scanned + size + payload > this.#end) break
      this.#scanned += size + payload
      this.#missing += children - 1
    }
    if (this.#missing === 0) return this.#take()
    if (this.pending > maxBytes) throw malformed(this.pending, `value of more than ${maxBytes} bytes`)
    return undefined
  }

  /** Everything that has not been given out, for a stream that goes on with other than msgpack. */
  rest(): Uint8Array {
    const rest = this.#buffer.subarray(this.#start, this.#end)
    this.#adopt(NOTHING)
    return rest
  }

  #take(): Uint8Array {
    const value = this.#buffer.subarray(this.#start, this.#scanned)
    this.#start = this.#scanned
    this.#missing = 1
    return value
  }

  #adopt(chunk: Uint8Array): void {
    this.#buffer = chunk
    this.#end = chunk.length
    this.#start = 0
    this.#scanned = 0
    this.#missing = 1
  }

  /** Bytes that were given out are never written over: new ones go behind them, or into a larger buffer. */
  #append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) this.#grow(this.pending + chunk.length)
    this.#buffer.set(chunk, this.#end)
    this.#end += chunk.length
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, 2 * this.pending))
    grown.set(this.#buffer.subarray(this.#start, this.#end))
    this.#buffer = grown
    this.#end -= this.#start
    this.#scanned -= this.#start
    this.#start = 0
  }
}
