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
