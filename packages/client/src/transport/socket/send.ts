import type { Connection } from './connection.ts'

const encoder = new TextEncoder()
const LAST_CHUNK = encoder.encode('0\r\n\r\n')

/** Sends a body in chunked coding, pulling no faster than the connection takes it. */
export async function sendChunked(connection: Connection, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of body) {
    if (chunk.length > 0 && !(await connection.write(frame(chunk)))) return
  }
  await connection.write(LAST_CHUNK)
}

/** One write for size, content and end: three would be three packets. */
function frame(chunk: Uint8Array): Uint8Array {
  const size = encoder.encode(`${chunk.length.toString(16)}\r\n`)
  const framed = new Uint8Array(size.length + chunk.length + 2)
  framed.set(size)
  framed.set(chunk, size.length)
  framed[framed.length - 2] = 13
  framed[framed.length - 1] = 10
  return framed
}
