const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const SPACE = 0x20

/** Largest object taken: one is a line of an answer, so a larger one means that the answer is something else. */
const MAX_OBJECT_BYTES = 1 << 20

/** Start of the answer of a node that lists its pins as one map, whatever it was asked. */
const KEYS_MAP = /^\{\s*"Keys"\s*:\s*\{/
/** Bytes in which {@link KEYS_MAP} shows, if at all. */
const KEYS_MAP_PREFIX = 16
/** Depth of braces at which the members of such a map are. */
const KEYS_MAP_DEPTH = 2

/**
 * Cuts a stream of JSON objects, with or without line ends between them, into the text of each. Of the one big map
 * `{"Keys":{...}}` that older nodes list their pins with, it cuts the members, each as an object of its own, so that no
 * list is ever in memory as a whole.
 *
 * @example
 * const objects = new JsonObjects()
 * for (const text of objects.push(bytes)) console.log(JSON.parse(text))
 * objects.end()
 */
export class JsonObjects {
  /** Bytes that belong to an object which is not complete yet. */
  #held: Buffer = Buffer.alloc(0)
  /** How far `#held` has been looked at. */
  #scanned = 0
  /** Where in `#held` the object, or the key of the member, begins. */
  #start = -1
  #depth = 0
  /** Depth at which the objects are that are given: 0, or that of the members of a map. */
  #base = 0
  #inString = false
  #escaped = false

  /** @throws SyntaxError when the stream breaks off within an object */
  end(): void {
    if (this.#depth > 0) throw new SyntaxError('the answer breaks off in the middle')
  }

  /** @throws SyntaxError when this is not a stream of JSON objects */
  *push(chunk: Uint8Array): Generator<string, void, undefined> {
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#held = this.#held.length === 0 ? view : Buffer.concat([this.#held, view])
    for (let text = this.#next(); text !== undefined; text = this.#next()) yield text
    this.#forgetGiven()
  }

  /** The next object that is complete, undefined when all bytes have been looked at. */
  #next(): string | undefined {
    const held = this.#held
    // Nearly all bytes are in strings and of no interest: this loop decides how quick a listing of pins is.
    let inString = this.#inString
    let escaped = this.#escaped
    let at = this.#scanned
    let text: string | undefined
    while (at < held.length && text === undefined) {
      const byte = held[at++] as number
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else inString = byte !== QUOTE
      } else if (byte === QUOTE) {
        inString = true
        this.#beginString(at - 1)
      } else if (byte === OPEN) {
        this.#open(at)
      } else if (byte === CLOSE) {
        text = this.#close(at)
      } else if (this.#depth === 0 && byte > SPACE) {
        throw this.#notAnObject(at - 1)
      }
    }
    this.#inString = inString
    this.#escaped = escaped
    this.#scanned = at
    return text
  }

  /** Between the members of a map, a string is the key of the next one. */
  #beginString(at: number): void {
    if (this.#depth === 0) throw this.#notAnObject(at)
    if (this.#start < 0 && this.#depth === this.#base) this.#start = at
  }

  /** @param end - behind the brace */
  #open(end: number): void {
    this.#depth++
    if (this.#depth === 1) this.#start = end - 1
    if (this.#depth === KEYS_MAP_DEPTH && this.#base === 0 && this.#isKeysMap(end)) {
      this.#base = KEYS_MAP_DEPTH
      this.#start = -1
    }
  }

  /** @param end - behind the brace; @returns the text of the object that ends with it */
  #close(end: number): string | undefined {
    if (this.#depth === 0) throw this.#notAnObject(end - 1)
    this.#depth--
    if (this.#depth < this.#base) {
      // The map has ended; what follows it within its object says nothing of pins.
      if (this.#depth === 0) this.#base = 0
      this.#start = -1
      return undefined
    }
    if (this.#depth !== this.#base || this.#start < 0) return undefined
    const text = this.#held.toString('utf8', this.#start, end)
    this.#start = -1
    return this.#base === 0 ? text : `{${text}}`
  }

  #isKeysMap(end: number): boolean {
    if (end - this.#start > KEYS_MAP_PREFIX) return false
    return KEYS_MAP.test(this.#held.toString('latin1', this.#start, end))
  }

  #forgetGiven(): void {
    const keep = this.#start < 0 ? this.#held.length : this.#start
    this.#held = this.#held.subarray(keep)
    this.#scanned -= keep
    if (this.#start > 0) this.#start = 0
    if (this.#held.length > MAX_OBJECT_BYTES) throw new SyntaxError('the answer has an object of more than 1 MiB')
  }

  #notAnObject(at: number): SyntaxError {
    return new SyntaxError(this.#held.toString('utf8', at))
  }
}
