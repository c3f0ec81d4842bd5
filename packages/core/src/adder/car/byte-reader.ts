import { ClusterError } from '@ipfs-cluster/api'
import { joined, Pieces } from '../pieces.ts'

/** Most bytes of a varint that a number can hold exactly. */
const MAX_VARINT_BYTES = 8

/** Takes bytes off a stream, as many as are asked for, and holds no more than what came with the last of them. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #pieces = new Pieces()
  /** What may still be taken. */
  #left = Infinity

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Takes the stream for one that ends after so many more bytes. */
  endAfter(bytes: number): void {
    this.#left = bytes
  }

  /**
   * Whether nothing is left.
   *
   * @throws ClusterError `ERR_BAD_CAR` when the stream ends before it should
   */
  async isAtEnd(): Promise<boolean> {
    while (this.#left > 0 && this.#pieces.length === 0) {
      if (await this.#fill()) continue
      if (Number.isFinite(this.#left)) throw cutShort()
      return true
    }
    return this.#left === 0
  }

  /** @throws ClusterError `ERR_BAD_CAR` when the stream ends before */
  async take(size: number): Promise<Uint8Array> {
    if (size > this.#left) throw cutShort()
    while (this.#pieces.length < size) if (!(await this.#fill())) throw cutShort()
    this.#left -= size
    return joined(this.#pieces.take(size))
  }

  /** @throws ClusterError `ERR_BAD_CAR` when the stream ends before */
  async skip(size: number): Promise<void> {
    while (size > this.#pieces.length) {
      size -= this.#pieces.length
      await this.take(this.#pieces.length)
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
    this.#pieces.push(next.value)
    return true
  }
}

/** The words of the Go release for whatever ends too soon. */
function cutShort(): ClusterError {
  return new ClusterError('ERR_BAD_CAR', 'unexpected EOF')
}
