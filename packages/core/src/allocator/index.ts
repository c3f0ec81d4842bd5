/**
 * @packageDocumentation
 *
 * Which peers get a pin. A peer can take pins when it has published every metric of `allocateBy` and none of them has
 * expired; among those that can, the order is that of their metrics.
 *
 * @example
 * const allocator = metricsAllocator({ allocateBy: ['tag:group', 'freespace'] })({ metrics })
 * const peers = await allocator.allocate({ pin })
 */
import type { Metric } from '@ipfs-cluster/api'
import type { Allocator } from './interface.ts'
import { MetricsAllocator } from './metrics-allocator.ts'

export type { AllocationInput } from './decide.ts'
export { decideAllocations } from './decide.ts'
export type { AllocationRequest, Allocator } from './interface.ts'

/** Settings as in the section `allocator.balanced`. */
export interface AllocatorInit {
  /** Names of metrics that a peer must have to take pins. */
  allocateBy?: readonly string[]
}

/** What the allocator needs from the rest of the peer. */
export interface AllocatorComponents {
  metrics: {
    /** The newest metric of each peer; only those that are valid and have not expired. */
    latest(name: string): Metric[]
  }
}

/** Makes an allocator that looks at metrics. */
export function metricsAllocator(init: AllocatorInit = {}): (components: AllocatorComponents) => Allocator {
  return (components) => new MetricsAllocator(components, init)
}
