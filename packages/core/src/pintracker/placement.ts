import type { PeerId, Pin } from '@ipfs-cluster/api'
import type { PinDemand } from '../codec/index.ts'

/** Whether every peer of the cluster is to hold this pin. */
export function isPinnedEverywhere(pin: Pick<Pin, 'replicationFactorMin' | 'replicationFactorMax'>): boolean {
  return pin.replicationFactorMin === -1 && pin.replicationFactorMax === -1
}

/** Whether other peers hold this pin, and that peer does not. */
export function isRemotePin(pin: Pin, peer: PeerId): boolean {
  return !isPinnedEverywhere(pin) && !(pin.allocations ?? []).includes(peer)
}

/** The same for a stored pin. @param peer - in binary form */
export function isRemoteDemand(demand: PinDemand, peer: Uint8Array): boolean {
  return !isPinnedEverywhere(demand) && !demand.allocations.some((each) => Buffer.compare(each, peer) === 0)
}
