/**
 * @packageDocumentation
 *
 * Which peers get a pin. A peer can take pins when it has published every metric of `allocateBy` and none of them has
 * expired; among those that can, the order is that of their metrics. The rules are those of the Go release v1.1.6.
 *
 * @example
 * const allocator = metricsAllocator({ allocateBy: ['tag:group', 'freespace'] })({ metrics })
 * const peers = await allocator.allocate({ pin })
 * const why = await allocator.explain({ pin })
 * for (const verdict of why.peers) console.log(verdictText(verdict))
 */
import type { AllocatorComponents, AllocatorInit } from './interface.ts'
import { MetricsAllocator } from './metrics-allocator.ts'

export type { AllocationExplanation, Obstacle, PeerVerdict, Standing } from './explain.ts'
export { verdictText } from './explain.ts'
export type { AllocationRequest, Allocator, AllocatorComponents, AllocatorInit } from './interface.ts'
export type { MetricsAllocator } from './metrics-allocator.ts'
export type { PluginAllocatorComponents, PluginAllocatorInit } from './plugin.ts'
export { pluginAllocator } from './plugin.ts'
export type { Placement, PlacementInput } from './place.ts'
export { placePin } from './place.ts'
export type { MeasuredPeer } from './rank.ts'
export { rankPeers } from './rank.ts'

/** Makes an allocator that looks at metrics. */
export function metricsAllocator(init: AllocatorInit = {}): (components: AllocatorComponents) => MetricsAllocator {
  return (components) => new MetricsAllocator(components, init)
}
