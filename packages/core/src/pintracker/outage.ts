import type { Time } from '@ipfs-cluster/api'
import { backoff } from '../util/backoff.ts'
import { OUTAGE_BACKOFF } from './defaults.ts'
import type { Moment } from './operation.ts'

/** While it lasts nothing is started, for every call would fail. */
export interface Outage {
  readonly since: Time
  /** What the first call that failed said. */
  readonly error: string
}

/** A circuit breaker: open from the first call that cannot reach the IPFS node until the node is seen to answer. */
export class OutageBreaker {
  #outage: Outage | undefined
  /** Outages without a call that went well in between. */
  #repeated = 0

  get outage(): Outage | undefined {
    return this.#outage
  }

  /** @returns milliseconds after which the node is to be asked; undefined when that is under way already */
  open(error: string, now: Moment): number | undefined {
    if (this.#outage !== undefined) return undefined
    this.#outage = { since: now.time, error }
    // The first time it may be but one connection that broke.
    return this.#repeated++ === 0 ? 0 : backoff(this.#repeated - 1, OUTAGE_BACKOFF, now.chance)
  }

  close(): void {
    this.#outage = undefined
  }

  /** A call went well, so the node does not only answer but work. */
  sawSuccess(): void {
    this.#repeated = 0
  }
}
