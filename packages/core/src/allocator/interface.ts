import type { Metric, PeerId, Pin } from '@ipfs-cluster/api'
import type { ComponentLogger } from '../util/logger.ts'
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

/** Settings as in the section `allocator.balanced`, and those of `cluster` that say who may take pins. */
export interface AllocatorInit {
  /** Names of metrics that a peer must have to take pins; the first one divides first. At least one. */
  allocateBy?: readonly string[]
  /** Only trusted peers take pins. */
  pinOnlyOnTrustedPeers?: boolean
  /** Only peers that are not trusted take pins. Not both. */
  pinOnlyOnUntrustedPeers?: boolean
}

/** What the allocator needs from the rest of the peer. */
export interface AllocatorComponents {
  metrics: {
    /** The newest metric of each peer; only those that are valid and have not expired. */
    latest(name: string): Metric[]
    /** The last metrics of one name and peer, the newest first; tells an expired metric from one that never came. */
    history?(name: string, peer: PeerId): Metric[]
  }
  /** Hears why there are not enough peers; nobody does when absent. */
  logger?: ComponentLogger
  /** Whether the consensus trusts a peer; needed by the settings that look at it. */
  isTrusted?: (peer: PeerId) => boolean
}
