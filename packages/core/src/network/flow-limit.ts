/** How much may be taken, and how fast. */
export interface FlowLimitInit {
  /** Units a second that are always let through. */
  perSecond: number
  /** Units on top of that which may come at once. */
  burst: number
}

/** Senders that are remembered; the one that has been silent longest is forgotten first. */
const MAX_SENDERS = 4096

/** Counts what each sender sends and tells when it is too much: a bucket for each that fills up again with time. */
export class FlowLimit<K> {
  readonly #init: FlowLimitInit
  readonly #now: () => number
  readonly #buckets = new Map<K, { left: number; at: number }>()

  /** @param now - milliseconds since some fixed time */
  constructor(init: FlowLimitInit, now: () => number) {
    this.#init = init
    this.#now = now
  }

  /** @returns whether that much may still be taken from this sender */
  take(sender: K, units: number): boolean {
    const { perSecond, burst } = this.#init
    const now = this.#now()
    const bucket = this.#buckets.get(sender) ?? { left: burst, at: now }
    const left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * perSecond)
    const isAllowed = left >= units
    this.#buckets.delete(sender)
    this.#buckets.set(sender, { left: isAllowed ? left - units : left, at: now })
    if (this.#buckets.size > MAX_SENDERS) this.#forgetOldest()
    return isAllowed
  }

  /** The sender is gone. */
  forget(sender: K): void {
    this.#buckets.delete(sender)
  }

  #forgetOldest(): void {
    for (const sender of this.#buckets.keys()) {
      this.#buckets.delete(sender)
      return
    }
  }
}
