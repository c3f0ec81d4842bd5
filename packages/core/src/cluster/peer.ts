import type { PeerId } from '@ipfs-cluster/api'
import type { Adder, AdderComponents } from '../adder/index.ts'
import { adder } from '../adder/index.ts'
import type { Allocator, AllocatorComponents, AllocatorInit } from '../allocator/index.ts'
import { metricsAllocator } from '../allocator/index.ts'
import type { CrdtComponents, CrdtInit } from '../consensus/crdt/index.ts'
import { crdt } from '../consensus/crdt/index.ts'
import type { Consensus } from '../consensus/interface.ts'
import type { Datastore, LevelDatastoreInit } from '../datastore/index.ts'
import { levelDatastore } from '../datastore/index.ts'
import type { IpfsConnector, IpfsHttpComponents, IpfsHttpInit } from '../ipfs/index.ts'
import { ipfsHttp } from '../ipfs/index.ts'
import type { PinTrackerInit } from '../pintracker/index.ts'
import { pinTracker } from '../pintracker/index.ts'
import { EventBus } from '../util/event-bus.ts'
import type { ComponentLogger } from '../util/logger.ts'
import { nullLogger } from '../util/logger.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import { startAll, stopAll } from '../util/startable.ts'
import { ClusterPeer } from './cluster-peer.ts'
import type { ClusterInit } from './defaults.ts'
import type { ClusterEvents } from './events.ts'
import { IpfsIdentity } from './ipfs-identity.ts'
import type { LocalMetricsInit } from './local-metrics.ts'
import { LocalMetrics } from './local-metrics.ts'
import type { ClusterNetwork } from './members.ts'
import { NO_NETWORK } from './members.ts'

/** Everything a peer is built from: the settings of its parts, named like the sections of service.json. */
export interface PeerInit {
  peerId: PeerId
  cluster: ClusterInit & { monitorPingInterval?: number }
  /** Where the pinset lies on disk. */
  datastore: LevelDatastoreInit
  crdt?: CrdtInit
  ipfsHttp?: IpfsHttpInit
  stateless?: PinTrackerInit
  balanced?: AllocatorInit
  /** What the peer measures of itself; a section that is absent is not measured. */
  informers?: Omit<LocalMetricsInit, 'pingInterval'>
  logger?: ComponentLogger
  /** Parts of one's own, in place of the usual ones. */
  parts?: PeerParts
}

/** Factories of parts; each gets what it needs from the others. */
export interface PeerParts {
  datastore?: () => Datastore
  consensus?: (components: CrdtComponents) => Consensus
  ipfs?: (components: IpfsHttpComponents) => IpfsConnector
  allocator?: (components: AllocatorComponents) => Allocator
  adder?: (components: AdderComponents) => Adder
  network?: ClusterNetwork
}

/** A peer with all of its parts. */
export interface Peer {
  /** The use cases. Usable once started, whether or not the IPFS node runs. */
  readonly cluster: ClusterPeer
  /** Starts all parts; does not wait for the peer to be READY. On a failure nothing stays started. */
  start(options?: AbortOptions): Promise<void>
  /**
   * Stops all parts, each before those that it relies on.
   *
   * @throws AggregateError with what went wrong; all parts are stopped all the same
   */
  stop(): Promise<void>
}

/**
 * Builds a peer: the one place where the parts are joined. What points from the left to the right in the order of the
 * folders (the consensus tells the tracker, the adder pins) is a function given here.
 *
 * @throws ClusterError when a setting cannot be
 */
export function createPeer(init: PeerInit): Peer {
  const { peerId, logger = nullLogger, parts = {} } = init
  const { peername } = init.cluster
  const datastore = (parts.datastore ?? ((): Datastore => levelDatastore(init.datastore)))()
  const events = new EventBus<ClusterEvents>()

  const consensus = (parts.consensus ?? crdt(init.crdt))({
    peerId,
    datastore,
    logger,
    hooks: {
      onPut: (pin) => {
        tracker.track(pin)
        events.emit('pin:put', { pin })
      },
      onDelete: (cid) => {
        tracker.untrack(cid)
        events.emit('pin:delete', { cid })
      }
    },
    members: { members: (metric) => metrics.latest(metric).map(({ peer }) => peer) }
  })
  const ipfs = (parts.ipfs ?? ipfsHttp(init.ipfsHttp))({
    logger,
    peerAddresses: (options) => addressesOfIpfsNodes(cluster, options),
    triggerInformers: () => metrics.measureNow()
  })
  const ipfsIdentity = new IpfsIdentity(ipfs)
  const { state } = consensus
  const tracker = pinTracker(init.stateless)({
    ...{ logger, peerId, peername, state, ipfs, events },
    ipfsIdentity: () => ipfsIdentity.last
  })
  const metrics = new LocalMetrics(
    { logger, peerId, peername, ipfs, ipfsIdentity, tracker },
    { ...init.informers, pingInterval: init.cluster.monitorPingInterval }
  )
  // What was measured before the IPFS node answered was nothing, and a pin may come at once.
  events.on('ready', () => metrics.measureNow())
  const allocator = (parts.allocator ?? metricsAllocator(init.balanced))({ metrics })
  const cluster = new ClusterPeer(
    {
      ...{ logger, peerId, events, consensus, ipfs, tracker, allocator, metrics },
      adder: parts.adder ?? adder(),
      network: parts.network ?? NO_NETWORK
    },
    init.cluster
  )

  // A peer that has left keeps nothing of the cluster; deleted once nobody writes, while the store is still open.
  const leaver: Startable = { stop: () => (cluster.hasLeft ? consensus.clean() : undefined) }
  const all: readonly Startable[] = [datastore, leaver, consensus, ipfs, metrics, tracker, cluster]
  return { cluster, start: (options) => startAll(all, options), stop: () => stopAll(all) }
}

/** Addresses of the IPFS nodes behind the other peers. */
async function* addressesOfIpfsNodes(cluster: ClusterPeer, options: AbortOptions): AsyncIterable<readonly string[]> {
  for await (const { id, ipfs } of cluster.peers(options)) {
    if (id !== cluster.peerId && ipfs.addresses !== null) yield ipfs.addresses
  }
}
