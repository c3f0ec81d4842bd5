import type { PeerId } from '@ipfs-cluster/api'
import { comparePeerIds } from '@ipfs-cluster/api'
import type { Placement } from './place.ts'
import { notEnoughPeers } from './place.ts'

/** Why a peer cannot take a pin. */
export type Obstacle =
  /** The request rules it out. */
  | { reason: 'excluded' }
  /** `pin_only_on_trusted_peers` or `pin_only_on_untrusted_peers` rules it out. */
  | { reason: 'untrusted' | 'trusted' }
  /** It has not published the metric; its newest one has expired, or is marked invalid by its sender. */
  | { reason: 'metric-missing' | 'metric-expired' | 'metric-invalid'; metric: string }
  /** `allocate_by` names the metric twice, which leaves nobody. */
  | { reason: 'metric-named-twice'; metric: string }

/** What a peer is to a pin that it could take. */
export type Standing =
  /** It holds the pin already. */
  | { reason: 'current' }
  /** It was ranked, at `rank` of `of` (from 1): among those whom the user prefers, or among the others. */
  | { reason: 'preferred' | 'candidate'; rank: number; of: number }
  /** Nobody had to be ranked. */
  | { reason: 'not-needed' }

/** What was decided about one peer, and why. */
export type PeerVerdict = (Obstacle | Standing) & {
  peer: PeerId
  /** Whether the pin goes there. A stored peer that cannot take pins may stay, as long as enough others can. */
  chosen: boolean
  /** The values of its usable metrics, by name. */
  values: Readonly<Record<string, string>>
}

/** What an allocator decides for a pin, and why. */
export interface AllocationExplanation {
  /** Empty when there are not enough peers. */
  allocations: PeerId[]
  outcome: Placement['outcome']
  /** What the pin would fail with. */
  error?: string
  /** The metrics that peers are ranked by. */
  allocateBy: readonly string[]
  /** Those that are chosen come first, in their order, then the rest by rank and by peer ID. */
  peers: PeerVerdict[]
}

/** A peer of the cluster as an explanation needs it. */
export interface ExplainedPeer {
  peer: PeerId
  values: Readonly<Record<string, string>>
  /** Absent when it can take pins. */
  obstacle?: Obstacle
}

/** Puts into words what a placement has decided about each peer. */
export function explainPlacement(
  placement: Placement,
  peers: readonly ExplainedPeer[],
  allocateBy: readonly string[]
): AllocationExplanation {
  const verdicts = peers.map(({ peer, values, obstacle }): PeerVerdict => ({
    ...(obstacle ?? standingOf(peer, placement)),
    ...{ peer, chosen: placement.allocations.includes(peer), values }
  }))
  const order = [...placement.allocations, ...placement.preferred, ...placement.candidates]
  const places = new Map([...order].reverse().map((peer, index) => [peer, order.length - index]))
  return {
    allocations: [...placement.allocations],
    outcome: placement.outcome,
    ...(placement.outcome === 'short' && { error: notEnoughPeers(placement).message }),
    allocateBy,
    peers: verdicts.sort((a, b) => compareVerdicts(a, b, places))
  }
}

/** One line about one peer: `12D3KooW... chosen: ranked 1 of 4 (tag:group=eu, freespace=1000)`. */
export function verdictText(verdict: PeerVerdict): string {
  const values = Object.entries(verdict.values).map(([name, value]) => `${name}=${value}`)
  const measured = values.length === 0 ? '' : ` (${values.join(', ')})`
  return `${verdict.peer} ${verdict.chosen ? 'chosen' : 'not chosen'}: ${reasonText(verdict)}${measured}`
}

function standingOf(peer: PeerId, { current, preferred, candidates }: Placement): Standing {
  if (current.includes(peer)) return { reason: 'current' }
  const byUser = preferred.indexOf(peer)
  if (byUser >= 0) return { reason: 'preferred', rank: byUser + 1, of: preferred.length }
  const rank = candidates.indexOf(peer)
  return rank >= 0 ? { reason: 'candidate', rank: rank + 1, of: candidates.length } : { reason: 'not-needed' }
}

function reasonText(verdict: PeerVerdict): string {
  switch (verdict.reason) {
    case 'current':
      return verdict.chosen ? 'holds it already' : 'holds it already, but there are more than the maximum'
    case 'preferred':
      return `asked for by the user, ranked ${verdict.rank} of ${verdict.of}`
    case 'candidate':
      return `ranked ${verdict.rank} of ${verdict.of}`
    case 'not-needed':
      return 'not needed, enough peers hold it'
    default:
      return verdict.chosen ? `holds it already and stays, though ${obstacleText(verdict)}` : obstacleText(verdict)
  }
}

function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.reason) {
    case 'excluded':
      return 'it is excluded'
    case 'untrusted':
      return 'it is not a trusted peer, and pin_only_on_trusted_peers is set'
    case 'trusted':
      return 'it is a trusted peer, and pin_only_on_untrusted_peers is set'
    case 'metric-missing':
      return `it has published no metric ${obstacle.metric}`
    case 'metric-expired':
      return `its metric ${obstacle.metric} has expired`
    case 'metric-invalid':
      return `its metric ${obstacle.metric} is invalid`
    case 'metric-named-twice':
      return `allocate_by names ${obstacle.metric} twice`
  }
}

/** @param places - where each peer stands, from 1; the others come last */
function compareVerdicts(a: PeerVerdict, b: PeerVerdict, places: ReadonlyMap<PeerId, number>): number {
  const [left = Infinity, right = Infinity] = [places.get(a.peer), places.get(b.peer)]
  return left === right ? comparePeerIds(a.peer, b.peer) : left - right
}
