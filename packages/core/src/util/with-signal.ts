import { abortable } from './signals.ts'

/** Iterates until the signal aborts, which ends the wait for an item as well, even if the source never gives it. */
export async function* withSignal<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  let isDone = false
  try {
    for (;;) {
      const next = await abortable(iterator.next(), { signal })
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
    if (!isDone) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
