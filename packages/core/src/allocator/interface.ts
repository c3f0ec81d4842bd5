import type { PeerId, Pin } from '@ipfs-cluster/api'
import type { AbortOptions } from '../util/startable.ts'

/** A pin that needs peers. */
export interface AllocationRequest {
  /** The pin as asked for, its factors settled; `userAllocations` are preferred. */
  pin: Pin
  /** The pin as the state has it, if it has it. */
  existing?: Pin
  /** Peers that must not be taken. */
  exclude?: readonly PeerId[]
}

/** Decides which peers get a pin. */
export interface Allocator {
  /**
   * @returns the peers that are to hold the pin
   * @throws ClusterError `ERR_NOT_ENOUGH_PEERS`
   */
  allocate(request: AllocationRequest, options?: AbortOptions): Promise<PeerId[]>
}
