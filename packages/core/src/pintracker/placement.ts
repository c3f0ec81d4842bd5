import type { PeerId, Pin } from '@ipfs-cluster/api'

/** Whether every peer of the cluster is to hold this pin. */
export function isPinnedEverywhere(pin: Pin): boolean {
  return pin.replicationFactorMin === -1 && pin.replicationFactorMax === -1
}

/** Whether other peers hold this pin, and that peer does not. */
export function isRemotePin(pin: Pin, peer: PeerId): boolean {
  return !isPinnedEverywhere(pin) && !(pin.allocations ?? []).includes(peer)
}
