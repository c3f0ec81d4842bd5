import { once } from 'node:events'
import type { Socket } from 'node:net'

const encoder = new TextEncoder()
const CRLF = encoder.encode('\r\n')
const LAST_CHUNK = encoder.encode('0\r\n\r\n')

/** Writes a body in chunked coding, pulling no faster than the socket takes it. Ends quietly when the socket closes. */
export async function sendChunked(socket: Socket, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of body) {
    if (chunk.length === 0) continue
    if (!socket.writable) return
    socket.write(encoder.encode(`${chunk.length.toString(16)}\r\n`))
    socket.write(chunk)
    if (!socket.write(CRLF)) await drained(socket)
  }
  if (socket.writable) socket.write(LAST_CHUNK)
}

async function drained(socket: Socket): Promise<void> {
  const closed = new AbortController()
  const { signal } = closed
  // A socket that fails emits no drain; what failed is told by the reading side.
  await Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]).catch(() => undefined)
  closed.abort()
}
