/** Iterates until the signal aborts, which ends the wait for an item as well, even if the source never gives it. */
export async function* withSignal<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  let isDone = false
  // One listener for all items: to add and remove one for each costs more than many an item does.
  let abort = (_reason: unknown): void => {}
  const onAbort = (): void => abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    for (;;) {
      signal.throwIfAborted()
      const next = await new Promise<IteratorResult<T, unknown>>((resolve, reject) => {
        abort = reject
        iterator.next().then(resolve, reject)
      })
      if (next.done === true) {
        isDone = true
        return
      }
      yield next.value
    }
  } catch (err) {
    // The source has failed by itself, or hangs: then nobody may wait for it to end either.
    isDone = !signal.aborted
    throw err
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (!isDone) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
