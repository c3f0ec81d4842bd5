import { ClusterError, isDefined, parseJSON, rebalancePlanFromJSON, Time } from '@ipfs-cluster/api'
import type { PeerMarkInfo, RebalancePlanInfo } from '@ipfs-cluster/api'
import type { PeerMark, RebalancePlan } from '@ipfs-cluster/core/cluster'
import { refuse } from './parameters.ts'

export function markInfo({ peer, kind, at, until, toMinimum }: PeerMark): PeerMarkInfo {
  const end = until === 0 ? Time.ZERO : Time.fromDate(new Date(until))
  return { peer, kind, at: Time.fromDate(new Date(at)), until: end, toMinimum }
}

export function planInfo({ moves, before, after, isComplete }: RebalancePlan): RebalancePlanInfo {
  return { moves: [...moves], before: Object.fromEntries(before), after: Object.fromEntries(after), isComplete }
}

/**
 * The plan that a client sends: what it was given, or moves of its own.
 *
 * @throws ClusterError `ERR_BAD_REQUEST`
 */
export function readPlan(text: string): RebalancePlan {
  const value = refuse('error decoding the plan', () => parseJSON(text))
  if (typeof value !== 'object' || value === null || !('moves' in value)) {
    throw new ClusterError('ERR_BAD_REQUEST', 'error decoding the plan: it has no moves')
  }
  const { moves, before, after, isComplete } = refuse('error decoding the plan', () => rebalancePlanFromJSON(value))
  const isWhole = moves.every(({ cid, from, to }) => isDefined(cid) && from !== '' && to !== '')
  if (!isWhole) throw new ClusterError('ERR_BAD_REQUEST', 'error decoding the plan: a move needs cid, from and to')
  return { moves, before: new Map(Object.entries(before)), after: new Map(Object.entries(after)), isComplete }
}
