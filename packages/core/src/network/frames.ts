import { ClusterError } from '@ipfs-cluster/api'

/** A length takes at most five bytes as a varint. */
const MAX_HEADER = 5

/**
 * The messages of a stream in which each comes behind its length as a varint, as bitswap and our own protocols send
 * them. A message is a view that is valid until the next one is asked for: copy what is to be kept.
 *
 * @param maxSize - largest message taken, in bytes; never is much more than one of them held
 * @throws ClusterError `ERR_BAD_ENCODING` when a message is larger, or the stream ends within one
 */
export async function* readFrames(
  source: AsyncIterable<Uint8Array>,
  maxSize: number
): AsyncGenerator<Uint8Array, void, undefined> {
  const held = new HeldBytes()
  for await (const chunk of source) {
    let rest = held.size === 0 ? chunk : held.add(chunk)
    for (let next = frameEnd(rest, maxSize); ; next = frameEnd(rest, maxSize)) {
      if (next.end > rest.length) break
      yield rest.subarray(next.start, next.end)
      rest = rest.subarray(next.end)
    }
    held.keep(rest)
  }
  if (held.size > 0) throw malformed('the stream ended within a message')
}

/** The beginning of a message, in one piece: a message that comes byte by byte must not cost an object for each. */
class HeldBytes {
  #buffer = new Uint8Array(0)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** @returns all that is held, valid until the next call */
  add(chunk: Uint8Array): Uint8Array {
    const size = this.#size + chunk.length
    if (size > this.#buffer.length) {
      const grown = new Uint8Array(2 * size)
      grown.set(this.#buffer.subarray(0, this.#size))
      this.#buffer = grown
    }
    this.#buffer.set(chunk, this.#size)
    this.#size = size
    return this.#buffer.subarray(0, size)
  }

  /** Holds these bytes and no others; they may be some of those that are held. */
  keep(bytes: Uint8Array): void {
    if (bytes.length === this.#size && bytes.buffer === this.#buffer.buffer) return
    const kept = new Uint8Array(bytes)
    this.#buffer = kept
    this.#size = kept.length
  }
}

/** A message with its length in front. */
export function frame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(MAX_HEADER + message.length)
  let start = 0
  let rest = message.length
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) framed[start++] = (rest & 0x7f) | 0x80
  framed[start++] = rest
  framed.set(message, start)
  return framed.subarray(0, start + message.length)
}

/** Where the first message starts and ends; as long as the length is not complete, it ends behind what is there. */
function frameEnd(bytes: Uint8Array, maxSize: number): { start: number; end: number } {
  let length = 0
  for (let start = 0; start < MAX_HEADER; start++) {
    const byte = bytes[start]
    if (byte === undefined) return { start: bytes.length, end: bytes.length + 1 }
    length += (byte & 0x7f) * 128 ** start
    if (length > maxSize) throw malformed(`a message of ${length} bytes or more, where ${maxSize} are taken at most`)
    if (byte < 0x80) return { start: start + 1, end: start + 1 + length }
  }
  throw malformed('a length of more than five bytes')
}

function malformed(reason: string): ClusterError {
  return new ClusterError('ERR_BAD_ENCODING', `malformed stream: ${reason}`)
}
