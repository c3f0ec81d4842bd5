import { randomUUID } from 'node:crypto'

/** A body of `multipart/form-data` with one file, as the RPC takes files. */
export interface MultipartFile {
  contentType: string
  body: AsyncIterable<Uint8Array>
}

export function multipartFile(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): MultipartFile {
  const boundary = `ipfs-cluster-${randomUUID()}`
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: encode(boundary, content) }
}

async function* encode(
  boundary: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
): AsyncGenerator<Uint8Array, void, undefined> {
  const disposition = 'Content-Disposition: form-data; name="file"; filename="file"'
  yield Buffer.from(`--${boundary}\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`)
  yield* content
  yield Buffer.from(`\r\n--${boundary}--\r\n`)
}
