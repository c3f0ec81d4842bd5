import { ClusterError } from '@ipfs-cluster/api'
import { msgpack } from '../codec/index.ts'
import type { ByteStream } from '../network/byte-stream.ts'

/** A value as it came. */
export interface RawValue {
  bytes: Uint8Array
  /** Where in the stream it began. */
  position: number
}

/** Takes one msgpack value after the other from a stream, and no more bytes than it needs for that. */
export class ValueReader {
  readonly #chunks: AsyncIterator<Uint8Array, void>
  readonly #framer = new msgpack.MsgpackFramer()
  #position = 0

  constructor(stream: ByteStream) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /**
   * The next value; undefined when the other side ended its writing before it.
   *
   * @throws ClusterError `ERR_BAD_ENCODING` when it is malformed or longer than `maxBytes`, `ERR_STREAM` when the
   * stream ends within it, and the stream's reason when it breaks
   */
  async next(maxBytes: number): Promise<RawValue | undefined> {
    for (;;) {
      const value = this.nextAtHand(maxBytes)
      if (value !== undefined) return value
      const chunk = await this.#chunks.next()
      if (chunk.done !== true) this.#framer.push(chunk.value)
      else if (this.#framer.pending === 0) return undefined
      else throw new ClusterError('ERR_STREAM', 'unexpected EOF')
    }
  }

  /**
   * The same without waiting; undefined when the rest of it has yet to come.
   *
   * @throws ClusterError `ERR_BAD_ENCODING`
   */
  nextAtHand(maxBytes: number): RawValue | undefined {
    const bytes = this.#framer.next(maxBytes)
    if (bytes === undefined) return undefined
    const position = this.#position
    this.#position += bytes.length
    return { bytes, position }
  }

  /** Waits for the end of the stream, and throws away what comes before it. */
  async drain(): Promise<void> {
    while ((await this.#chunks.next()).done !== true);
  }
}

/** @throws ClusterError when the value is of another type */
export function decodeValue<T>(codec: msgpack.MsgpackCodec<T>, { bytes, position }: RawValue): T {
  return msgpack.decodeMsgpack(codec, bytes, position)
}
