/** Has what is done under the same key done one after the other. Holds no key under which nothing is to be done. */
export class OneByOne {
  readonly #last = new Map<string, Promise<void>>()

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(work)
    const forget = (): void => {
      if (this.#last.get(key) === done) this.#last.delete(key)
    }
    const done: Promise<void> = result.then(forget, forget)
    this.#last.set(key, done)
    return result
  }
}
