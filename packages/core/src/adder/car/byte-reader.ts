import { ClusterError } from '@ipfs-cluster/api'

/** Most bytes of a varint that a number can hold exactly. */
const MAX_VARINT_BYTES = 8

/** Takes bytes off a stream, as many as are asked for, and holds no more than what came with the last of them. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #chunks: Uint8Array[] = []
  #length = 0
  /** What may still be taken. */
  #left = Infinity

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Takes the stream for one that ends after so many more bytes. */
  endAfter(bytes: number): void {
    this.#left = bytes
  }

  /** Whether nothing is left. */
  async isAtEnd(): Promise<boolean> {
    if (this.#left === 0) return true
    while (this.#length === 0) if (!(await this.#fill())) return true
    return false
  }

  /** @throws ClusterError `ERR_BAD_CAR` when the stream ends before */
  async take(size: number): Promise<Uint8Array> {
    if (size > this.#left) throw cutShort()
    while (this.#length < size) if (!(await this.#fill())) throw cutShort()
    this.#left -= size
    this.#length -= size
    return this.#join(size)
  }

  /** @throws ClusterError `ERR_BAD_CAR` when the stream ends before */
  async skip(size: number): Promise<void> {
    while (size > this.#length) {
      size -= this.#length
      await this.take(this.#length)
      if (!(await this.#fill())) throw cutShort()
    }
    await this.take(size)
  }

  /** An unsigned number of variable length, seven bits a byte, the lowest first. */
  async varint(): Promise<number> {
    let value = 0
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const [byte = 0] = await this.take(1)
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    throw new ClusterError('ERR_BAD_CAR', 'malformed CAR: varint overflows')
  }

  async close(): Promise<void> {
    await this.#source.return?.()
  }

  async #fill(): Promise<boolean> {
    const next: IteratorResult<Uint8Array, unknown> = await this.#source.next()
    if (next.done === true) return false
    this.#chunks.push(next.value)
    this.#length += next.value.length
    return true
  }

  /** Copies only what does not come in one piece. */
  #join(size: number): Uint8Array {
    const [first] = this.#chunks
    if (first !== undefined && first.length > size) {
      this.#chunks[0] = first.subarray(size)
      return first.subarray(0, size)
    }
    const parts: Uint8Array[] = []
    while (size > 0) {
      const chunk = this.#chunks.shift()
      if (chunk === undefined) break
      const part = chunk.subarray(0, size)
      if (part.length < chunk.length) this.#chunks.unshift(chunk.subarray(size))
      parts.push(part)
      size -= part.length
    }
    const [only] = parts
    return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts)
  }
}

/** The words of the Go release for whatever ends too soon. */
function cutShort(): ClusterError {
  return new ClusterError('ERR_BAD_CAR', 'unexpected EOF')
}
