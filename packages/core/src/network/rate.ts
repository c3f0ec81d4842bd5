/** Seconds over which a rate is smoothed. */
const WINDOW = 10

/** Counts bytes and says how many a second there are lately: an exponential mean, worked out when it is asked for. */
export class RateCounter {
  readonly #now: () => number
  #total = 0
  #countedUntil: number
  #countedTotal = 0
  #rate = 0

  /** @param now - milliseconds since some fixed time */
  constructor(now: () => number) {
    this.#now = now
    this.#countedUntil = now()
  }

  /** Bytes since the start. */
  get total(): number {
    return this.#total
  }

  add(bytes: number): void {
    this.#settle()
    this.#total += bytes
  }

  /** Bytes per second. */
  rate(): number {
    this.#settle()
    return this.#rate
  }

  /** Brings the mean up to date once a second has passed; shorter spans say too little. */
  #settle(): void {
    const seconds = (this.#now() - this.#countedUntil) / 1000
    if (seconds < 1) return
    const keep = Math.exp(-seconds / WINDOW)
    this.#rate = this.#rate * keep + ((this.#total - this.#countedTotal) / seconds) * (1 - keep)
    this.#countedUntil = this.#now()
    this.#countedTotal = this.#total
  }
}
