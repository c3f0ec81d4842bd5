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
  let chunks: Uint8Array[] = []
  let size = 0
  let needed = 1
  for await (const chunk of source) {
    chunks.push(chunk)
    size += chunk.length
    if (size < needed) continue
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    for (let end = frameEnd(rest, maxSize); ; end = frameEnd(rest, maxSize)) {
      needed = end.end
      if (needed > rest.length) break
      yield rest.subarray(end.start, end.end)
      rest = rest.subarray(end.end)
    }
    chunks = [rest]
    size = rest.length
  }
  if (size > 0) throw malformed('the stream ended within a message')
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
