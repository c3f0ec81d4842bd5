import type { PeerId } from '@ipfs-cluster/api'
import { SETTLE_TIME } from './defaults.ts'
import type { MarkKind } from './mark.ts'
import type { Standing } from './plan.ts'

/** Peers that are kept in mind; pins may name any number of others, which count as away. */
const MAX_PEERS = 10_000

/** When a peer that does not answer counts as gone. Times in milliseconds. */
export interface PresenceInit {
  /** After the alert that says that it fell silent. */
  after: number
  /** After it was missed, for a peer of which nothing has been heard since this one started. */
  unheardAfter: number
}

interface Absence {
  since: number
  /** Whether it was there before, and its silence was noticed. */
  wasHeard: boolean
}

/** Which peers are there, since when the others are away, and who has come back. Clock and marks are the caller's. */
export class Presence {
  readonly #init: PresenceInit
  readonly #kindOf: (peer: PeerId) => MarkKind
  #live = new Set<PeerId>()
  readonly #absent = new Map<PeerId, Absence>()
  readonly #returned = new Map<PeerId, number>()
  #hasSeenOthers = false

  constructor(init: PresenceInit, kindOf: (peer: PeerId) => MarkKind) {
    this.#init = init
    this.#kindOf = kindOf
  }

  /**
   * Takes note of who answers now.
   *
   * @returns peers that have come back
   */
  update(self: PeerId, live: readonly PeerId[], now: number): PeerId[] {
    const before = this.#live
    // This peer has come back itself, as far as it can tell.
    if (before.size === 0) this.#returned.set(self, now)
    this.#live = new Set([self, ...live])
    this.#hasSeenOthers ||= this.#live.size > 1
    for (const peer of before) if (!this.#live.has(peer)) this.#miss(peer, now, true)
    const returned = [...this.#absent.keys()].filter((peer) => this.#live.has(peer))
    for (const peer of returned) {
      this.#absent.delete(peer)
      this.#returned.set(peer, now)
    }
    for (const [peer, at] of this.#returned) if (now - at > SETTLE_TIME) this.#returned.delete(peer)
    return returned
  }

  /** Where a peer stands. One that is asked for the first time, and is not there, is missed from now on. */
  standing(peer: PeerId, now: number): Standing {
    const kind = this.#kindOf(peer)
    if (this.#live.has(peer)) return kind === 'drain' ? 'leaving' : 'here'
    if (kind === 'maintenance') return 'away'
    return this.#isGone(this.#absent.get(peer) ?? this.#miss(peer, now, false), now) ? 'gone' : 'away'
  }

  /** Peers that are missed, for however long. */
  absent(): PeerId[] {
    return [...this.#absent.keys()]
  }

  /** Peers that have been missed for too long. */
  gone(now: number): PeerId[] {
    return [...this.#absent.keys()].filter((peer) => this.standing(peer, now) === 'gone')
  }

  /** Milliseconds for which a peer has counted as gone; 0 when it does not. */
  goneFor(peer: PeerId, now: number): number {
    const absence = this.#absent.get(peer)
    if (absence === undefined || this.standing(peer, now) !== 'gone') return 0
    return now - absence.since - this.#grace(absence)
  }

  /** Whether the peer was missed until not long ago, so that what was done in its place can be undone. */
  hasReturned(peer: PeerId): boolean {
    return this.#returned.has(peer)
  }

  #miss(peer: PeerId, now: number, wasHeard: boolean): Absence {
    const absence = { since: now, wasHeard }
    if (this.#absent.size < MAX_PEERS) this.#absent.set(peer, absence)
    return absence
  }

  /** While this peer has never heard of any other, it is more likely that it is the one that is cut off. */
  #isGone(absence: Absence, now: number): boolean {
    return (absence.wasHeard || this.#hasSeenOthers) && now - absence.since >= this.#grace(absence)
  }

  #grace({ wasHeard }: Absence): number {
    const { after, unheardAfter } = this.#init
    return wasHeard ? after : Math.max(after, unheardAfter)
  }
}
