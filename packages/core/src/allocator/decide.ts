import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'

/** What is known when a pin is given its peers. */
export interface AllocationInput {
  /** Settled factors, both at least 1. */
  replicationFactorMin: number
  replicationFactorMax: number
  /** Peers that the state gives for the CID now, in their order. */
  stored: readonly PeerId[]
  /** Those of them that can go on holding it. */
  current: readonly PeerId[]
  /** Peers the user prefers, best first; none of them current. */
  preferred: readonly PeerId[]
  /** All other peers that can take the pin, best first. */
  candidates: readonly PeerId[]
}

/**
 * The peers that are to hold a pin: as few changes as the factors allow (spec: wire 11.3).
 *
 * @throws ClusterError `ERR_NOT_ENOUGH_PEERS`
 */
export function decideAllocations(input: AllocationInput): PeerId[] {
  const { stored, current, preferred, candidates } = input
  const needed = input.replicationFactorMin - current.length
  const wanted = input.replicationFactorMax - current.length
  if (wanted < 0) return current.slice(0, input.replicationFactorMax)
  if (needed <= 0) return [...stored]
  const available = preferred.length + candidates.length
  if (available < needed) {
    throw new ClusterError(
      'ERR_NOT_ENOUGH_PEERS',
      `not enough peers to allocate CID. Needed at least: ${needed}. Wanted at most: ${wanted}. Available candidates: ${available}. See logs for more info.`
    )
  }
  return [...current, ...[...preferred, ...candidates].slice(0, wanted)]
}
