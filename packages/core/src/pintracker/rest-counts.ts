import type { TrackerStatus } from '@ipfs-cluster/api'
import { Time } from '@ipfs-cluster/api'
import type { StatusCounts } from './interface.ts'
import type { OperationCounts } from './operations.ts'
import { STATUSES } from './operation.ts'

/** What can be at rest without being pinned. */
const APART = ['remote', 'sharded', 'unexpectedly_unpinned'] as const

/** Nanoseconds for which counts are good enough, whatever comes and goes. */
const FRESHNESS = 10_000_000_000n

/** Counts of one listing. */
export interface Tally {
  add(status: TrackerStatus): void
  /** The whole pinset has been compared: the counts are known from now on. */
  done(): void
  /** To be called whether or not it was done. */
  end(): void
}

/**
 * How many items are at rest in each status: noted whenever a listing compares the whole pinset, so that nobody has to
 * compare it in order to count. Pinned is what is left of the pinset.
 */
export class RestCounts {
  #apart = new Map<TrackerStatus, number>()
  readonly #tallies = new Set<Map<TrackerStatus, number>>()
  #comparedAt = Time.ZERO
  /** How often something has come or gone that may not be pinned here, and how much of that the counts know. */
  #changes = 0
  #knownChanges = 0

  /** Something came or went that may not be pinned here. */
  changed(): void {
    this.#changes++
  }

  /** Whether to compare anew: not when nothing has changed, nor when it was a moment ago. */
  isOutdated(now: Time): boolean {
    if (this.#comparedAt.isZero) return true
    const age = now.toUnixNanoseconds() - this.#comparedAt.toUnixNanoseconds()
    return this.#changes !== this.#knownChanges && age >= FRESHNESS
  }

  newTally(): Tally {
    const startedAt = Time.now()
    const changes = this.#changes
    const counted = new Map<TrackerStatus, number>()
    this.#tallies.add(counted)
    return {
      add: (status) => void counted.set(status, (counted.get(status) ?? 0) + 1),
      done: () => {
        this.#apart = counted
        this.#comparedAt = startedAt
        this.#knownChanges = changes
      },
      end: () => void this.#tallies.delete(counted)
    }
  }

  /** One of those that were unexpectedly unpinned is being pinned. */
  foundAgain(): void {
    for (const counted of new Set([this.#apart, ...this.#tallies])) {
      const lost = counted.get('unexpectedly_unpinned') ?? 0
      counted.set('unexpectedly_unpinned', Math.max(0, lost - 1))
    }
  }

  /**
   * Together with what is under way.
   *
   * @param total - items of the pinset
   * @param isAway - the IPFS node cannot be asked, so what should be pinned is in doubt
   */
  with(total: number, operations: Readonly<OperationCounts>, isAway: boolean): StatusCounts {
    const counts = new Map<TrackerStatus, number>()
    const add = (status: TrackerStatus, number: number): void => {
      if (number > 0) counts.set(status, (counts.get(status) ?? 0) + number)
    }
    for (const kind of ['pin', 'unpin'] as const) {
      const { queued, running, error } = operations[kind]
      add(isAway ? STATUSES[kind].error : STATUSES[kind].queued, queued)
      add(STATUSES[kind].running, running)
      add(STATUSES[kind].error, error)
    }
    const { queued, running, error } = operations.pin
    let left = total - queued - running - error
    for (const status of APART) {
      const number = Math.min(Math.max(0, left), this.#apart.get(status) ?? 0)
      add(status, number)
      left -= number
    }
    add(isAway || this.#comparedAt.isZero ? 'cluster_error' : 'pinned', left)
    return { statuses: Object.fromEntries(counts), comparedAt: this.#comparedAt }
  }
}
