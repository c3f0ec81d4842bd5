import type { Metric, PeerId } from '@ipfs-cluster/api'
import { comparePeerIds } from '@ipfs-cluster/api'

/** Metrics that are kept of each name and peer. */
const HISTORY = 25

/** Names and peers together that are kept, and characters in all of their values. */
const MAX_SERIES = 20_000
const MAX_CHARACTERS = 32 * 1024 * 1024

/** Nanoseconds between two walks over everything: whoever fills the store must not make each message cost one. */
const SWEEP_INTERVAL = 1_000_000_000n

/** What one metric costs besides its value. */
const OVERHEAD = 256

/** One name of one peer; the newest comes last. */
type Series = Metric[]

/** Whether a metric may be gone by: its sender says it is good, and its time is not over. Times in Unix nanoseconds. */
export function isUsable({ valid, expire }: Metric, now: bigint): boolean {
  return valid && expire > now
}

/**
 * The metrics that have arrived, the last few of each name and peer. Holds no more than a large cluster needs, whatever
 * is sent; the clock is the caller's.
 */
export class MetricStore {
  readonly #byName = new Map<string, Map<PeerId, Series>>()
  /** Series of a name in the order of peer IDs, until a peer comes or goes: each pin asks for them. */
  readonly #inOrder = new Map<string, readonly Series[]>()
  #seriesCount = 0
  #characters = 0
  #sweptAt = -SWEEP_INTERVAL

  /**
   * Takes a metric as the newest of its name and peer.
   *
   * @param now - Unix nanoseconds
   * @returns false when there is no room for it
   */
  add(metric: Metric, now: bigint): boolean {
    this.#makeRoom(metric, now)
    if (!this.#fits(metric)) return false
    const series = this.#seriesOf(metric) ?? this.#newSeries(metric)
    series.push(metric)
    this.#characters += sizeOf(metric)
    if (series.length > HISTORY) this.#dropOldest(series)
    return true
  }

  /** The newest metric of each peer, in the order of peer IDs. One that may not be gone by hides earlier ones. */
  latest(name: string, now: bigint): Metric[] {
    const usable: Metric[] = []
    for (const series of this.#ordered(name)) {
      const metric = series.at(-1)
      if (metric !== undefined && isUsable(metric, now)) usable.push(metric)
    }
    return usable
  }

  /** The newest metric of every name and peer, usable or not. */
  *newest(): Generator<Metric, void, undefined> {
    for (const peers of this.#byName.values()) {
      for (const series of peers.values()) {
        const metric = series.at(-1)
        if (metric !== undefined) yield metric
      }
    }
  }

  /** The last metrics of one name and peer, the newest first. */
  history(name: string, peer: PeerId): Metric[] {
    return [...(this.#byName.get(name)?.get(peer) ?? [])].reverse()
  }

  names(): string[] {
    return [...this.#byName.keys()]
  }

  #ordered(name: string): readonly Series[] {
    const known = this.#inOrder.get(name)
    if (known !== undefined) return known
    const peers = this.#byName.get(name)
    if (peers === undefined) return []
    const series = [...peers].sort(([a], [b]) => comparePeerIds(a, b)).map(([, each]) => each)
    this.#inOrder.set(name, series)
    return series
  }

  #seriesOf({ name, peer }: Metric): Series | undefined {
    return this.#byName.get(name)?.get(peer)
  }

  #newSeries({ name, peer }: Metric): Series {
    const peers = this.#byName.get(name) ?? new Map<PeerId, Series>()
    const series: Series = []
    this.#byName.set(name, peers.set(peer, series))
    this.#inOrder.delete(name)
    this.#seriesCount++
    return series
  }

  #fits(metric: Metric): boolean {
    const hasPlace = this.#seriesCount < MAX_SERIES || this.#seriesOf(metric) !== undefined
    return hasPlace && this.#characters + sizeOf(metric) <= MAX_CHARACTERS
  }

  /** The past goes first: peers that are gone, then all histories, then that of the sender, if it sends too much. */
  #makeRoom(metric: Metric, now: bigint): void {
    if (this.#fits(metric)) return
    if (now - this.#sweptAt >= SWEEP_INTERVAL) {
      this.#sweptAt = now
      this.#forgetThePast(now)
    }
    const series = this.#seriesOf(metric) ?? []
    while (series.length > 0 && !this.#fits(metric)) this.#dropOldest(series)
  }

  #dropOldest(series: Series): void {
    const oldest = series.shift()
    if (oldest !== undefined) this.#characters -= sizeOf(oldest)
  }

  #forgetThePast(now: bigint): void {
    for (const [name, peers] of this.#byName) {
      for (const [peer, series] of peers) {
        const isGone = (series.at(-1)?.expire ?? 0n) <= now
        while (series.length > (isGone ? 0 : 1)) this.#dropOldest(series)
        if (isGone && peers.delete(peer)) this.#seriesCount--
      }
      this.#inOrder.delete(name)
      if (peers.size === 0) this.#byName.delete(name)
    }
  }
}

function sizeOf({ name, value }: Metric): number {
  return name.length + value.length + OVERHEAD
}
