import { cidToText, ClusterError, parseCid, parseJSON, parsePeerId } from '@ipfs-cluster/api'
import type { JsonObject } from '@ipfs-cluster/api'
import type {
  DrainProgress,
  Move,
  PeerMark,
  RebalancePlan,
  RebalanceProgress,
  RepairProgress
} from '@ipfs-cluster/core/cluster'
import { messageOf } from '@ipfs-cluster/core/util'

/** Times as everywhere in the API; the zero time is left out. */
export function markToJSON({ peer, kind, at, until, toMinimum }: PeerMark): JsonObject {
  return {
    peer,
    kind,
    at: new Date(at).toISOString(),
    ...(until !== 0 && { until: new Date(until).toISOString() }),
    ...(kind === 'drain' && { to_minimum: toMinimum })
  }
}

export function drainProgressToJSON({ peer, left, moving, everywhere }: DrainProgress): JsonObject {
  return { peer, left, moving, everywhere }
}

export function repairProgressToJSON(progress: RepairProgress): JsonObject {
  const { gone, placed, trimmed, waiting, failed, reasons } = progress
  return { gone: [...gone], placed, trimmed, waiting, failed, reasons: [...reasons] }
}

export function rebalanceProgressToJSON(progress: RebalanceProgress): JsonObject {
  const { state, total, done, moving, failed, reasons } = progress
  return { state, total, done, moving, failed, reasons: [...reasons] }
}

export function planToJSON({ moves, before, after, isComplete }: RebalancePlan): JsonObject {
  return {
    moves: moves.map(({ cid, from, to }) => ({ cid: cidToText(cid), from, to })),
    before: Object.fromEntries(before),
    after: Object.fromEntries(after),
    is_complete: isComplete
  }
}

/**
 * The moves of a plan; what else is in it is there for people.
 *
 * @throws ClusterError `ERR_BAD_REQUEST`
 */
export function planFromText(text: string): RebalancePlan {
  try {
    const value = parseJSON(text)
    const moves = typeof value === 'object' && value !== null && 'moves' in value ? value.moves : undefined
    if (!Array.isArray(moves)) throw new Error('there is no list of moves')
    return { moves: (moves as readonly unknown[]).map(readMove), before: new Map(), after: new Map(), isComplete: true }
  } catch (cause) {
    throw new ClusterError('ERR_BAD_REQUEST', `error decoding the plan: ${messageOf(cause)}`, { cause })
  }
}

function readMove(move: unknown): Move {
  const { cid, from, to } = (move ?? {}) as Record<string, unknown>
  return { cid: parseCid(textOf(cid)), from: parsePeerId(textOf(from)), to: parsePeerId(textOf(to)) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
