const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d

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
    while (this.#scanned < this.#held.length) {
      const text = this.#step(this.#held[this.#scanned++] ?? 0)
      if (text !== undefined) yield text
    }
    this.#forgetGiven()
  }

  /** Takes one byte; gives the text of the object that ends with it, if one does. */
  #step(byte: number): string | undefined {
    if (this.#inString) {
      this.#stepInString(byte)
      return undefined
    }
    switch (byte) {
      case QUOTE:
        this.#inString = true
        if (this.#depth === 0) throw this.#notAnObject()
        if (this.#start < 0 && this.#depth === this.#base) this.#start = this.#scanned - 1
        return undefined
      case OPEN:
        return this.#open()
      case CLOSE:
        return this.#close()
      default:
        if (this.#depth === 0 && byte > 0x20) throw this.#notAnObject()
        return undefined
    }
  }

  #stepInString(byte: number): void {
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) this.#inString = false
  }

  #open(): undefined {
    this.#depth++
    if (this.#depth === 1) this.#start = this.#scanned - 1
    if (this.#depth === KEYS_MAP_DEPTH && this.#base === 0 && this.#isKeysMap()) {
      this.#base = KEYS_MAP_DEPTH
      this.#start = -1
    }
    return undefined
  }

  #close(): string | undefined {
    this.#depth--
    if (this.#depth < this.#base) {
      // The map has ended; what follows it within its object says nothing of pins.
      if (this.#depth === 0) this.#base = 0
      this.#start = -1
      return undefined
    }
    if (this.#depth !== this.#base || this.#start < 0) return undefined
    const text = this.#held.toString('utf8', this.#start, this.#scanned)
    this.#start = -1
    return this.#base === 0 ? text : `{${text}}`
  }

  #isKeysMap(): boolean {
    if (this.#scanned - this.#start > KEYS_MAP_PREFIX) return false
    return KEYS_MAP.test(this.#held.toString('latin1', this.#start, this.#scanned))
  }

  #forgetGiven(): void {
    const keep = this.#start < 0 ? this.#held.length : this.#start
    this.#held = this.#held.subarray(keep)
    this.#scanned -= keep
    if (this.#start > 0) this.#start = 0
    if (this.#held.length > MAX_OBJECT_BYTES) throw new SyntaxError('the answer has an object of more than 1 MiB')
  }

  #notAnObject(): SyntaxError {
    return new SyntaxError(this.#held.toString('utf8', Math.max(0, this.#scanned - 1)))
  }
}
