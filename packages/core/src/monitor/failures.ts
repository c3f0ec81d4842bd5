import type { Metric, PeerId } from '@ipfs-cluster/api'

/** Checks after which a metric that stays away is told of again. */
const REPEAT_AFTER = 300

/** Finds the metrics that have expired without a successor, and tells of each once. The clock is the caller's. */
export class Failures {
  /** How many checks in a row have found a metric expired. */
  #counts = new Map<string, number>()

  /**
   * Looks at the newest metrics of all names and peers.
   *
   * @param now - Unix nanoseconds
   * @returns those that have failed since the last check, or have been failing for very long
   */
  check(newest: Iterable<Metric>, now: bigint): Metric[] {
    const failed: Metric[] = []
    const counts = new Map<string, number>()
    for (const metric of newest) {
      if (!metric.valid || metric.expire > now) continue
      const key = keyOf(metric.name, metric.peer)
      const count = (this.#counts.get(key) ?? 0) + 1
      if (count === 1) failed.push(metric)
      if (count < REPEAT_AFTER) counts.set(key, count)
    }
    // What was not seen again is either back or forgotten.
    this.#counts = counts
    return failed
  }

  /** A good metric has come, so that its next failure is news. */
  reset(name: string, peer: PeerId): void {
    this.#counts.delete(keyOf(name, peer))
  }
}

function keyOf(name: string, peer: PeerId): string {
  return `${peer}/${name}`
}
