import type { PeerId, Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { MAX_MOVES } from './defaults.ts'

/** How full a peer is, in bytes. */
export interface PeerLoad {
  readonly used: number
  readonly capacity: number
  /** Pins move only between peers of one group, so that copies stay spread over the groups as they are. */
  readonly group: string
}

/** One pin that goes from one peer to another. */
export interface Move {
  readonly cid: CID
  readonly from: PeerId
  readonly to: PeerId
}

/** Moves that make the peers of each group equally full. */
export interface RebalancePlan {
  readonly moves: readonly Move[]
  /** Bytes that each peer uses before, and after, as far as can be foreseen. */
  readonly before: ReadonlyMap<PeerId, number>
  readonly after: ReadonlyMap<PeerId, number>
  /** False: there are more moves than one plan holds. */
  readonly isComplete: boolean
}

/**
 * Finds moves, pin by pin. Depends on nothing but what it is given: the same peers and pins give the same plan. A pin is
 * moved from a peer that is fuller than its group by at least one pin, to the emptiest one that is less full by as much,
 * so a plan for the result of a plan has no moves.
 */
export class RebalancePlanner {
  readonly #peers: ReadonlyMap<PeerId, PeerLoad>
  readonly #pinSize: number
  readonly #maxMoves: number
  readonly #used: Map<PeerId, number>
  readonly #targets: ReadonlyMap<PeerId, number>
  readonly #moves: Move[] = []
  #isComplete = true

  /** @param pinSize - bytes that a pin takes, on the average */
  constructor(peers: ReadonlyMap<PeerId, PeerLoad>, pinSize: number, maxMoves: number = MAX_MOVES) {
    this.#peers = peers
    this.#pinSize = pinSize
    this.#maxMoves = maxMoves
    this.#used = new Map([...peers].map(([peer, { used }]) => [peer, used]))
    this.#targets = targetsOf(peers)
  }

  /** Looks at the next pin; at most one of its copies is moved. */
  consider(pin: Pick<Pin, 'cid' | 'allocations' | 'replicationFactorMin' | 'type'>): void {
    const listed = pin.allocations ?? []
    if (pin.replicationFactorMin < 1 || pin.type === 'meta-pin') return
    const from = this.#fullest(listed.filter((peer) => this.#excess(peer) >= this.#pinSize))
    if (from === undefined) return
    const to = this.#emptiest(from, listed)
    if (to === undefined) return
    if (this.#moves.length >= this.#maxMoves) {
      this.#isComplete = false
      return
    }
    this.#moves.push({ cid: pin.cid, from, to })
    this.#used.set(from, (this.#used.get(from) ?? 0) - this.#pinSize)
    this.#used.set(to, (this.#used.get(to) ?? 0) + this.#pinSize)
  }

  get plan(): RebalancePlan {
    return {
      moves: [...this.#moves],
      before: new Map([...this.#peers].map(([peer, { used }]) => [peer, used])),
      after: new Map(this.#used),
      isComplete: this.#isComplete
    }
  }

  #emptiest(from: PeerId, listed: readonly PeerId[]): PeerId | undefined {
    const group = this.#peers.get(from)?.group
    const able = [...this.#peers.keys()].filter(
      (peer) => this.#peers.get(peer)?.group === group && !listed.includes(peer) && this.#excess(peer) <= -this.#pinSize
    )
    return able.reduce<PeerId | undefined>(
      (best, peer) => (best === undefined || this.#excess(peer) < this.#excess(best) ? peer : best),
      undefined
    )
  }

  #fullest(peers: readonly PeerId[]): PeerId | undefined {
    return peers.reduce<PeerId | undefined>(
      (best, peer) => (best === undefined || this.#excess(peer) > this.#excess(best) ? peer : best),
      undefined
    )
  }

  /** Bytes above what would be this peer's share; a peer of which nothing is known has none. */
  #excess(peer: PeerId): number {
    return (this.#used.get(peer) ?? 0) - (this.#targets.get(peer) ?? 0)
  }
}

/** What each peer would use if all of its group were equally full. */
function targetsOf(peers: ReadonlyMap<PeerId, PeerLoad>): ReadonlyMap<PeerId, number> {
  const groups = new Map<string, { used: number; capacity: number }>()
  for (const { group, used, capacity } of peers.values()) {
    const sum = groups.get(group) ?? { used: 0, capacity: 0 }
    groups.set(group, { used: sum.used + used, capacity: sum.capacity + capacity })
  }
  const share = ({ group, capacity }: PeerLoad): number => {
    const sum = groups.get(group)
    return sum === undefined || sum.capacity === 0 ? 0 : (sum.used / sum.capacity) * capacity
  }
  return new Map([...peers].map(([peer, load]) => [peer, share(load)]))
}
