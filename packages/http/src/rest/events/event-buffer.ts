import type { FeedEvent } from './event.ts'

/** The last events, each with a number: a ring, so that it costs the same however many there were. */
export class EventBuffer {
  readonly #ring: (FeedEvent | undefined)[]
  #next: number

  /** @param first - number of the first event */
  constructor(size: number, first: number) {
    this.#ring = new Array<FeedEvent | undefined>(size).fill(undefined)
    this.#next = first
    this.#first = first
  }

  readonly #first: number

  /** Number of the event that comes next. */
  get next(): number {
    return this.#next
  }

  /** Number of the oldest event that is kept, or of the next one when there is none. */
  get oldest(): number {
    return Math.max(this.#first, this.#next - this.#ring.length)
  }

  push(event: FeedEvent): void {
    this.#ring[this.#next % this.#ring.length] = event
    this.#next++
  }

  /** @returns undefined when it is not kept, or has not come yet */
  at(number: number): FeedEvent | undefined {
    return number >= this.oldest && number < this.#next ? this.#ring[number % this.#ring.length] : undefined
  }
}
