/** Asks for a value once in a while. While it cannot be had, the one that was had before stands in. */
export class Remembered<T> {
  readonly #ask: () => Promise<T>
  readonly #ttl: number
  readonly #retry: number
  #value: T
  #until = 0
  #asking: Promise<void> | undefined

  /**
   * @param first - value until there is another
   * @param ttl - milliseconds for which an answer is good; 0: for ever
   * @param retry - milliseconds after a failure in which nothing is asked
   */
  constructor(ask: () => Promise<T>, { first, ttl, retry }: { first: T; ttl: number; retry: number }) {
    this.#ask = ask
    this.#ttl = ttl === 0 ? Infinity : ttl
    this.#retry = retry
    this.#value = first
  }

  async get(): Promise<T> {
    if (performance.now() < this.#until) return this.#value
    this.#asking ??= this.#renew().finally(() => (this.#asking = undefined))
    await this.#asking
    return this.#value
  }

  async #renew(): Promise<void> {
    try {
      this.#value = await this.#ask()
      this.#until = performance.now() + this.#ttl
    } catch {
      this.#until = performance.now() + this.#retry
    }
  }
}
