import { globalPinInfoToJSON } from '@ipfs-cluster/api'
import type { JsonObject } from '@ipfs-cluster/api'
import { verdictText } from '@ipfs-cluster/core/allocator'
import type { AllocationExplanation, PeerVerdict } from '@ipfs-cluster/core/allocator'
import type { PinExplanation } from '@ipfs-cluster/core/cluster'

/** The state of a pin as everywhere else, and one member more. */
export function explanationToJSON({ info, allocation }: PinExplanation): JsonObject {
  const state = globalPinInfoToJSON(info)
  return allocation === undefined ? state : { ...state, allocation: allocationToJSON(allocation) }
}

function allocationToJSON({ outcome, allocations, error, allocateBy, peers }: AllocationExplanation): JsonObject {
  return {
    outcome,
    allocations: [...allocations],
    ...(error !== undefined && { error }),
    allocate_by: [...allocateBy],
    peers: peers.map(verdictToJSON)
  }
}

function verdictToJSON(verdict: PeerVerdict): JsonObject {
  const { peer, chosen, reason, values } = verdict
  return {
    peer,
    chosen,
    reason,
    ...('rank' in verdict && { rank: verdict.rank, of: verdict.of }),
    ...('metric' in verdict && { metric: verdict.metric }),
    values,
    text: verdictText(verdict)
  }
}
