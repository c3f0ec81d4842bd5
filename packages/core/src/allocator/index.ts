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
import type { Metric, PeerId } from '@ipfs-cluster/api'
import type { ComponentLogger } from '../util/logger.ts'
import { MetricsAllocator } from './metrics-allocator.ts'

export type { AllocationExplanation, Obstacle, PeerVerdict, Standing } from './explain.ts'
export { verdictText } from './explain.ts'
export type { AllocationRequest, Allocator } from './interface.ts'
export type { MetricsAllocator } from './metrics-allocator.ts'
export type { PluginAllocatorComponents, PluginAllocatorInit } from './plugin.ts'
export { pluginAllocator } from './plugin.ts'
export type { Placement, PlacementInput } from './place.ts'
export { placePin } from './place.ts'
export type { MeasuredPeer } from './rank.ts'
export { rankPeers } from './rank.ts'

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

/** Makes an allocator that looks at metrics. */
export function metricsAllocator(init: AllocatorInit = {}): (components: AllocatorComponents) => MetricsAllocator {
  return (components) => new MetricsAllocator(components, init)
}
