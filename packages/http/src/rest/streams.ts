/** The same stream with each item changed. */
export async function* mapStream<T, U>(
  source: AsyncIterable<T>,
  change: (item: T) => U
): AsyncGenerator<U, void, undefined> {
  for await (const item of source) yield change(item)
}

/**
 * Asks for several things at once and gives the answers as they come. What fails does not keep the others from being
 * given: failures are thrown together at the end.
 *
 * @throws AggregateError
 */
export async function* gather<T, U>(
  items: readonly T[],
  ask: (item: T) => Promise<U>
): AsyncGenerator<U, void, undefined> {
  const errors: unknown[] = []
  const done: U[] = []
  let wake = (): void => {}
  let left = items.length
  const settle = (): void => {
    left--
    wake()
  }
  for (const item of items) {
    ask(item)
      .then(
        (answer) => done.push(answer),
        (err: unknown) => errors.push(err)
      )
      .finally(settle)
      .catch(() => {})
  }
  while (left > 0 || done.length > 0) {
    const answer = done.shift()
    if (answer !== undefined) yield answer
    else await new Promise<void>((resolve) => (wake = resolve))
  }
  if (errors.length > 0) throw new AggregateError(errors, 'some items could not be had')
}

/**
 * The same stream with each item changed by work that waits, many at a time. Results come in the order of the items,
 * each as soon as it is there. What is read ahead, and what is done and not yet taken, is never more than that number.
 */
export async function* mapAhead<T, U>(
  source: AsyncIterable<T>,
  ahead: number,
  change: (item: T) => Promise<U>
): AsyncGenerator<U, void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  const results: Promise<U>[] = []
  let item: Promise<IteratorResult<T>> | undefined = watched(iterator.next())
  try {
    for (;;) {
      const [oldest] = results
      if (item === undefined && oldest === undefined) return
      if (oldest !== undefined && (item === undefined || results.length >= ahead || !(await isFirst(item, oldest)))) {
        yield await oldest
        void results.shift()
        continue
      }
      const next: IteratorResult<T> | undefined = await item
      if (next === undefined || next.done === true) item = undefined
      else {
        results.push(watched(change(next.value)))
        item = watched(iterator.next())
      }
    }
  } finally {
    await Promise.allSettled([iterator.return?.(), ...results])
  }
}

/** Its failure is seen when its turn comes, not when it happens. */
function watched<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** Whether the first of two settles before the second does. */
async function isFirst(first: Promise<unknown>, second: Promise<unknown>): Promise<boolean> {
  const settled = (promise: Promise<unknown>, answer: boolean): Promise<boolean> =>
    promise.then(
      () => answer,
      () => answer
    )
  return Promise.race([settled(first, true), settled(second, false)])
}
