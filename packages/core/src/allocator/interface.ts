import type { PeerId, Pin } from '@ipfs-cluster/api'
import type { AbortOptions } from '../util/startable.ts'
import type { AllocationExplanation } from './explain.ts'

/** A pin that needs peers. */
export interface AllocationRequest {
  /** The pin as asked for, its factors settled and above 0; `userAllocations` are preferred. */
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

  /**
   * What {@link allocate} would answer now, and why for each peer. Changes nothing. An allocator that cannot say has no
   * such method.
   */
  explain?(request: AllocationRequest, options?: AbortOptions): Promise<AllocationExplanation>
}
