import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { Adder, AdderComponents } from '../adder/interface.ts'
import type { Allocator } from '../allocator/index.ts'
import type { Consensus } from '../consensus/interface.ts'
import type { IpfsConnector } from '../ipfs/interface.ts'
import type { PinTracker } from '../pintracker/index.ts'
import type { PeerMarks } from '../repair/index.ts'
import type { EventBus } from '../util/event-bus.ts'
import type { ComponentLogger } from '../util/logger.ts'
import type { ClusterEvents } from './events.ts'
import type { ClusterNetwork } from './members.ts'
import type { ClusterMetrics } from './metrics.ts'

/** The parts that a peer is made of. Each can be had from its factory, or be somebody's own. */
export interface PeerComponents {
  logger: ComponentLogger
  peerId: PeerId
  events: EventBus<ClusterEvents>
  consensus: Consensus
  ipfs: IpfsConnector
  tracker: PinTracker
  allocator: Allocator
  /** A factory, since an adder pins what it has added with the peer that it is part of. */
  adder(components: AdderComponents): Adder
  metrics: ClusterMetrics
  network: ClusterNetwork
  /** What was said about peers; absent: nothing is, outside of this one. */
  marks?: PeerMarks
  /** The way of added blocks into the IPFS node; absent: they go as they are. */
  added?: Pick<IpfsConnector, 'putBlocks'>
}

/** Every name of what must be there, so that a part that was forgotten is noticed even where types are not checked. */
const NAMES = {
  logger: true,
  peerId: true,
  events: true,
  consensus: true,
  ipfs: true,
  tracker: true,
  allocator: true,
  adder: true,
  metrics: true,
  network: true
} as const satisfies Record<Exclude<keyof PeerComponents, 'marks' | 'added'>, true>

/** @throws ClusterError `ERR_MISSING_COMPONENT` that names those that are not there */
export function checkComponents(components: Partial<PeerComponents>): asserts components is PeerComponents {
  const missing = (Object.keys(NAMES) as (keyof PeerComponents)[]).filter((name) => components[name] === undefined)
  if (missing.length === 0) return
  throw new ClusterError('ERR_MISSING_COMPONENT', `the peer cannot be built without: ${missing.join(', ')}`)
}
