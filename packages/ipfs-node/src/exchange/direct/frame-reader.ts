const MAX_HEADER = 5

/**
 * Puts messages together that come behind their length as a varint. Memory is taken only for a message that has begun
 * and may come; each one is of its own, so whoever takes it may keep it.
 */
export class FrameReader {
  readonly #maxSize: number
  readonly #onMessage: (message: Uint8Array) => void
  #headerBytes = 0
  #length = 0
  #message: Uint8Array | undefined
  #filled = 0

  /** @param maxSize largest message, in bytes */
  constructor(maxSize: number, onMessage: (message: Uint8Array) => void) {
    this.#maxSize = maxSize
    this.#onMessage = onMessage
  }

  /** @throws Error when a length is too large, or what `onMessage` throws */
  push(chunk: Uint8Array): void {
    for (let offset = 0; offset < chunk.length;) {
      offset =
        this.#message === undefined ? this.#readHeader(chunk, offset) : this.#readBody(this.#message, chunk, offset)
    }
  }

  #readHeader(chunk: Uint8Array, offset: number): number {
    const byte = chunk[offset] ?? 0
    this.#length += (byte & 0x7f) * 128 ** this.#headerBytes++
    if (this.#length > this.#maxSize) throw new Error(`a message of ${this.#length} bytes or more`)
    if (byte < 0x80) {
      this.#message = Buffer.allocUnsafeSlow(this.#length)
      this.#end()
    } else if (this.#headerBytes === MAX_HEADER) {
      throw new Error('a length of more than five bytes')
    }
    return offset + 1
  }

  #readBody(message: Uint8Array, chunk: Uint8Array, offset: number): number {
    const taken = Math.min(message.length - this.#filled, chunk.length - offset)
    message.set(chunk.subarray(offset, offset + taken), this.#filled)
    this.#filled += taken
    this.#end()
    return offset + taken
  }

  #end(): void {
    const message = this.#message
    if (message === undefined || this.#filled < message.length) return
    this.#message = undefined
    this.#headerBytes = this.#length = this.#filled = 0
    this.#onMessage(message)
  }
}
