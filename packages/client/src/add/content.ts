/** Content of a file: bytes as they come or all at once, text (as UTF-8), or a Blob, such as a File of a browser. */
export type AddContent = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array | string | Blob

/** The bytes of it, read as they are asked for. */
export async function* readContent(content: AddContent): AsyncGenerator<Uint8Array, void, void> {
  if (typeof content === 'string') yield new TextEncoder().encode(content)
  else if (content instanceof Uint8Array) yield content
  else if (content instanceof Blob) yield* readBlob(content)
  else yield* content
}

/** By a reader: in some browsers a stream is no iterable. */
async function* readBlob(blob: Blob): AsyncGenerator<Uint8Array, void, void> {
  const stream: ReadableStream<Uint8Array> = blob.stream()
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}
