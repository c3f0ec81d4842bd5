/** Bytes at which a batch is full: one write, and one encrypted frame, for many small values. */
const BATCH_BYTES = 64 * 1024

/**
 * Joins small chunks into larger ones. A chunk does not wait for others that are not there: a batch leaves when the
 * source has to be waited for.
 */
export async function* batches(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  let pending: Promise<IteratorResult<Uint8Array>> | undefined
  try {
    for (;;) {
      const batch: Uint8Array[] = []
      let size = 0
      let next: IteratorResult<Uint8Array> | undefined = await (pending ?? iterator.next())
      pending = undefined
      const pause = new Promise<undefined>((resolve) => setImmediate(resolve, undefined))
      while (next !== undefined && next.done !== true) {
        batch.push(next.value)
        size += next.value.length
        if (size >= BATCH_BYTES) break
        pending = iterator.next()
        // What goes wrong shows when the batch has left.
        next = await Promise.race([pending, pause]).catch(() => undefined)
        if (next !== undefined) pending = undefined
      }
      const [only] = batch
      if (only !== undefined) yield batch.length === 1 ? only : Buffer.concat(batch, size)
      if (next?.done === true) return
    }
  } finally {
    // Nobody waits for a source that hangs; it ends when it comes up with something.
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
