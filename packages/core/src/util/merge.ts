/** What a source has come up with: an item, its end, or an error. */
interface Arrival<T> {
  iterator: AsyncIterator<T>
  result: Promise<IteratorResult<T>>
}

/**
 * The items of several sources as they come. Each source is asked for its next item when the one before has been
 * taken, so no more than one item of each waits. The first error ends the whole; leaving early ends all sources.
 *
 * @example
 * for await (const line of merge([linesOf(first), linesOf(second)])) console.log(line)
 */
export async function* merge<T>(sources: Iterable<AsyncIterable<T>>): AsyncGenerator<T, void, undefined> {
  const arrived: Arrival<T>[] = []
  const running = new Set<AsyncIterator<T>>()
  let wake = (): void => {}

  function ask(iterator: AsyncIterator<T>): void {
    const result = iterator.next()
    const arrive = (): void => {
      arrived.push({ iterator, result })
      wake()
    }
    result.then(arrive, arrive)
  }

  try {
    for (const source of sources) {
      const iterator = source[Symbol.asyncIterator]()
      running.add(iterator)
      ask(iterator)
    }
    while (running.size > 0) {
      const next = arrived.shift()
      if (next === undefined) {
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      running.delete(next.iterator)
      const result = await next.result
      if (result.done === true) continue
      running.add(next.iterator)
      yield result.value
      ask(next.iterator)
    }
  } finally {
    // Nobody waits for a source that hangs; it ends when it comes up with something.
    for (const iterator of running) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
