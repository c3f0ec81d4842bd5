/**
 * What of the event loop those may take together who could fill it. Each that takes its milliseconds by itself leaves
 * others a turn, but when there are a hundred of them that turn comes a hundred times as late.
 */
export class LoopShare {
  readonly #milliseconds: number
  readonly #waiting: (() => void)[] = []
  #since = -Infinity

  /** @param milliseconds - of work, by all together, between two turns of others */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  /** Whether others are to have their turn before there is more work. */
  get isUsedUp(): boolean {
    return performance.now() - this.#since >= this.#milliseconds
  }

  /** Resolves when others have had their turn, and all who have waited longer. */
  async next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#waiting.push(resolve) === 1) this.#schedule()
    await promise
  }

  /** One in each turn of the loop: what it does follows at once, so that another would come on top of it. */
  #schedule(): void {
    setImmediate(() => {
      this.#since = performance.now()
      this.#waiting.shift()?.()
      if (this.#waiting.length > 0) this.#schedule()
    })
  }
}
