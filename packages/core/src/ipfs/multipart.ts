import { randomUUID } from 'node:crypto'

type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** A body of `multipart/form-data`, as the RPC takes files. */
export interface MultipartFiles {
  contentType: string
  body: AsyncIterable<Uint8Array>
}

export function multipartFiles(files: AsyncIterable<Content> | Iterable<Content>): MultipartFiles {
  const boundary = `ipfs-cluster-${randomUUID()}`
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: encode(boundary, files) }
}

async function* encode(
  boundary: string,
  files: AsyncIterable<Content> | Iterable<Content>
): AsyncGenerator<Uint8Array, void, undefined> {
  const disposition = 'Content-Disposition: form-data; name="file"; filename="file"'
  for await (const content of files) {
    yield Buffer.from(`--${boundary}\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`)
    yield* content
    yield Buffer.from('\r\n')
  }
  yield Buffer.from(`--${boundary}--\r\n`)
}
