import type { PeerId } from '@ipfs-cluster/api'
import type { AllocationRequest } from './interface.ts'
import type { TrustPolicy } from './trust-policy.ts'

/** What allocations are checked against. */
export interface AllocationRules {
  /** Whether there is such a peer in the cluster. */
  isMember: (peer: PeerId) => boolean
  trust: TrustPolicy | undefined
}

/**
 * Takes the answer of an allocator that may be wrong. It may leave the stored allocations as they are, whatever they
 * are, as the usual allocator does while enough peers hold the pin.
 *
 * @throws Error that says what is wrong with the answer
 */
export function checkAllocations(answer: unknown, request: AllocationRequest, rules: AllocationRules): PeerId[] {
  if (!Array.isArray(answer) || !answer.every((peer): peer is PeerId => typeof peer === 'string')) {
    throw new TypeError('the answer is not a list of peer IDs')
  }
  const peers: PeerId[] = answer
  const stored = request.existing?.allocations ?? []
  if (stored.length > 0 && isSame(peers, stored)) return peers
  const wrong = wrongNumber(peers, request) ?? wrongPeer(peers, stored, request, rules)
  if (wrong !== undefined) throw new RangeError(wrong)
  return peers
}

function wrongNumber(peers: readonly PeerId[], { pin }: AllocationRequest): string | undefined {
  const { replicationFactorMin: min, replicationFactorMax: max } = pin
  if (new Set(peers).size < peers.length) return 'the answer has a peer twice'
  if (peers.length > max) return `the answer has ${peers.length} peers, the pin may have ${max} at most`
  if (peers.length < min) return `the answer has ${peers.length} peers, the pin needs ${min} at least`
  return undefined
}

function wrongPeer(
  peers: readonly PeerId[],
  stored: readonly PeerId[],
  { exclude = [] }: AllocationRequest,
  { isMember, trust }: AllocationRules
): string | undefined {
  for (const peer of peers) {
    if (exclude.includes(peer)) return `the answer has ${peer}, which is excluded`
    if (trust?.(peer) !== undefined) return `the answer has ${peer}, which the settings about trust rule out`
    if (!stored.includes(peer) && !isMember(peer)) return `the answer has ${peer}, which is no peer of this cluster`
  }
  return undefined
}

function isSame(a: readonly PeerId[], b: readonly PeerId[]): boolean {
  return a.length === b.length && a.every((peer, index) => peer === b[index])
}
