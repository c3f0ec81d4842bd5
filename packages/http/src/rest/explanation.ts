import type { AllocationInfo, ExplainedPinInfo, PeerVerdictInfo } from '@ipfs-cluster/api'
import { verdictText } from '@ipfs-cluster/core/allocator'
import type { AllocationExplanation, PeerVerdict } from '@ipfs-cluster/core/allocator'
import type { PinExplanation } from '@ipfs-cluster/core/cluster'

/** The state of a pin as everywhere else, and one member more. */
export function explainedInfo({ info, allocation }: PinExplanation): ExplainedPinInfo {
  return { ...info, allocation: allocation && allocationInfo(allocation) }
}

function allocationInfo(explanation: AllocationExplanation): AllocationInfo {
  const { outcome, allocations, error = '', allocateBy, peers } = explanation
  return { outcome, allocations, error, allocateBy: [...allocateBy], peers: peers.map(verdictInfo) }
}

function verdictInfo(verdict: PeerVerdict): PeerVerdictInfo {
  const { peer, chosen, reason, values } = verdict
  const { rank, of } = 'rank' in verdict ? verdict : { rank: 0, of: 0 }
  const metric = 'metric' in verdict ? verdict.metric : ''
  return { peer, chosen, reason, rank, of, metric, values, text: verdictText(verdict) }
}
