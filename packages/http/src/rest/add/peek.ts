/**
 * Looks at the first item of a stream without taking it away. A failure to get it is kept for whoever reads the
 * stream.
 *
 * @returns undefined when the stream has no item
 */
export async function peek<T>(source: AsyncIterable<T>): Promise<AsyncGenerator<T, void, undefined> | undefined> {
  const iterator = source[Symbol.asyncIterator]()
  try {
    const first = await iterator.next()
    return first.done === true ? undefined : resume(first.value, iterator)
  } catch (err) {
    return fail(err)
  }
}

async function* resume<T>(first: T, rest: AsyncIterator<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield first
    for (;;) {
      const next: IteratorResult<T, unknown> = await rest.next()
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await rest.return?.()
  }
}

/** A stream that has only an error to give. */
async function* fail<T>(error: unknown): AsyncGenerator<T, void, undefined> {
  throw error
}
