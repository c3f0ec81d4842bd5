import type { Metric, PeerId } from '@ipfs-cluster/api'

/** Times in Unix nanoseconds and spans of them, like those of a metric. */
const SECOND = 1_000_000_000n
const MINUTE = 60n * SECOND

/** A message may have been held up on its way, but not that long: the connection would have been given up. */
const LONGEST_WAY = MINUTE

/** Peers may be told to ping at other intervals than we are; what goes beyond our own by that much is a clock. */
const LENIENCE = 10n * MINUTE

/** Peers that are remembered. What more there may be is not told of. */
const MAX_PEERS = 256

interface Suspicion {
  since: bigint
  isTold: boolean
}

/**
 * Finds peers whose clocks differ from ours so much that they do harm: a metric holds its expiry on the clock of its
 * sender (spec: wire 5), so a peer that is behind is never a member, and one that is ahead is one long after it is gone.
 */
export class ClockCheck {
  readonly #ttl: bigint
  readonly #suspects = new Map<PeerId, Suspicion>()

  /** @param ttl - milliseconds for which our own pings count */
  constructor(ttl: number) {
    this.#ttl = BigInt(Math.round(ttl)) * 1_000_000n
  }

  /**
   * Looks at a ping that a peer has sent of itself.
   *
   * @returns what is to be said of its clock: once, until it was right in between
   */
  judge({ peer, expire }: Metric, now: bigint): string | undefined {
    const late = now - expire
    const early = expire - now - this.#ttl
    if (late < 0n && early <= LENIENCE) {
      this.#suspects.delete(peer)
      return undefined
    }
    const suspicion = this.#suspect(peer, now)
    const mayBeTheWay = late >= 0n && late <= LONGEST_WAY && now - (suspicion?.since ?? now) <= LONGEST_WAY
    if (suspicion === undefined || suspicion.isTold || mayBeTheWay) return undefined
    suspicion.isTold = true
    return late >= 0n
      ? `the clock of ${peer} is ${minutes(late + this.#ttl)} behind ours: what it tells of itself has expired when it comes, so it does not count as a member; set both clocks`
      : `the clock of ${peer} is ${minutes(early)} ahead of ours: it will count as a member that long after it is gone; set both clocks`
  }

  #suspect(peer: PeerId, now: bigint): Suspicion | undefined {
    const known = this.#suspects.get(peer)
    if (known !== undefined || this.#suspects.size >= MAX_PEERS) return known
    const suspicion = { since: now, isTold: false }
    this.#suspects.set(peer, suspicion)
    return suspicion
  }
}

function minutes(span: bigint): string {
  return `about ${(span + MINUTE / 2n) / MINUTE || 1n} min`
}
