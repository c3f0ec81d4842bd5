import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { MeasuredPeer } from './rank.ts'
import { rankPeers } from './rank.ts'

/** What is known when a pin is given its peers. */
export interface PlacementInput {
  replicationFactorMin: number
  replicationFactorMax: number
  /** Peers that the state gives for the CID now, in their order. */
  stored: readonly PeerId[]
  /** Peers the user prefers, in any order; who cannot take the pin is passed over. */
  preferred: readonly PeerId[]
  /** The peers that can take the pin, in any order. */
  able: readonly MeasuredPeer[]
  /** Puts candidates in their order; {@link rankPeers} when absent. */
  rank?: (peers: readonly MeasuredPeer[]) => readonly PeerId[]
}

/**
 * Where a pin goes, and how that came about:
 *
 * - `kept`: enough of the stored peers can go on holding it, so nothing changes;
 * - `reduced`: more than the maximum can, so some are left out;
 * - `extended`: peers are added to those that can;
 * - `short`: there are not enough peers, and no allocations.
 */
export interface Placement {
  readonly outcome: 'kept' | 'reduced' | 'extended' | 'short'
  readonly allocations: readonly PeerId[]
  /** The stored peers that can go on holding it. */
  readonly current: readonly PeerId[]
  /** Who else can, best first; empty unless somebody was looked for. Those that the user prefers come before others. */
  readonly preferred: readonly PeerId[]
  readonly candidates: readonly PeerId[]
  /** Peers to add at least and at most; below 0 when there are more already. */
  readonly needed: number
  readonly wanted: number
}

/**
 * Decides with as few changes as the factors allow (spec: wire 11.3).
 *
 * @throws ClusterError `ERR_BAD_REPLICATION_FACTOR` for factors that no pin can have
 */
export function placePin(input: PlacementInput): Placement {
  const { stored, able, replicationFactorMin: min, replicationFactorMax: max } = input
  if (min + max === 0) {
    throw new ClusterError('ERR_BAD_REPLICATION_FACTOR', `bad replication factors: ${min}/${max}`)
  }
  const current = currentPeers(stored, able)
  const counts = { current, needed: min - current.length, wanted: max - current.length }
  const none = { preferred: [], candidates: [] }
  if (counts.wanted < 0) return { outcome: 'reduced', allocations: current.slice(0, max), ...none, ...counts }
  if (counts.needed <= 0) return { outcome: 'kept', allocations: stored, ...none, ...counts }
  const ranked = rankFree(input, current)
  const free = [...ranked.preferred, ...ranked.candidates]
  if (free.length < counts.needed) return { outcome: 'short', allocations: [], ...ranked, ...counts }
  return { outcome: 'extended', allocations: [...current, ...free.slice(0, counts.wanted)], ...ranked, ...counts }
}

/** What a placement comes to that has no peers, in the words of the Go release. */
export function notEnoughPeers({ preferred, candidates, needed, wanted }: Placement): ClusterError {
  return new ClusterError(
    'ERR_NOT_ENOUGH_PEERS',
    `not enough peers to allocate CID. Needed at least: ${needed}. Wanted at most: ${wanted}. Available candidates: ${preferred.length + candidates.length}. See logs for more info.`
  )
}

/** Each once, in the stored order. */
function currentPeers(stored: readonly PeerId[], able: readonly MeasuredPeer[]): PeerId[] {
  return stored.length === 0 ? [] : [...new Set(stored)].filter((peer) => able.some((each) => each.peer === peer))
}

/** The two sets are ranked apart, and the current peers play no part in either. */
function rankFree(
  { able, preferred, rank = rankPeers }: PlacementInput,
  current: readonly PeerId[]
): Pick<Placement, 'preferred' | 'candidates'> {
  const free = current.length === 0 ? able : able.filter(({ peer }) => !current.includes(peer))
  if (preferred.length === 0) return { preferred: [], candidates: rank(free) }
  const wanted = new Set(preferred)
  return {
    preferred: rankPeers(free.filter(({ peer }) => wanted.has(peer))),
    candidates: rank(free.filter(({ peer }) => !wanted.has(peer)))
  }
}
