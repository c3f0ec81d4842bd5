import { readFile } from 'node:fs/promises'
import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { Adder, AdderComponents } from '../adder/index.ts'
import { adder } from '../adder/index.ts'
import { AddedBlocks } from './added-blocks.ts'
import type { Allocator, AllocatorComponents, AllocatorInit } from '../allocator/index.ts'
import { metricsAllocator } from '../allocator/index.ts'
import type { CrdtComponents, CrdtConsensus, CrdtInit } from '../consensus/crdt/index.ts'
import { crdt, EVERYBODY } from '../consensus/crdt/index.ts'
import type { Consensus } from '../consensus/interface.ts'
import type { Datastore, LevelDatastoreInit } from '../datastore/index.ts'
import { levelDatastore } from '../datastore/index.ts'
import type { Informer, PluginInformerComponents } from '../informer/index.ts'
import type { IpfsConnector, IpfsHttpComponents, IpfsHttpInit } from '../ipfs/index.ts'
import { IPFS_HTTP_DEFAULTS, ipfsHttp } from '../ipfs/index.ts'
import type { PinTrackerInit } from '../pintracker/index.ts'
import { pinTracker } from '../pintracker/index.ts'
import type { Monitor, MonitorInit } from '../monitor/index.ts'
import { monitor } from '../monitor/index.ts'
import { PeerMarks } from '../repair/index.ts'
import { EXTENSION_PROTOCOL, rpcServer, SERVICES } from '../rpc/index.ts'
import { EventBus } from '../util/event-bus.ts'
import type { ComponentLogger } from '../util/logger.ts'
import { nullLogger } from '../util/logger.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import { startAll, stopAll } from '../util/startable.ts'
import { ClusterPeer } from './cluster-peer.ts'
import type { ClusterInit } from './defaults.ts'
import { DEFAULT_PEER_WATCH_INTERVAL } from './defaults.ts'
import type { ClusterEvents } from './events.ts'
import { IpfsIdentity } from './ipfs-identity.ts'
import { IpfsSwarm } from './ipfs-swarm.ts'
import type { Connections, ConnectionsInit } from './connections.ts'
import { openConnections } from './connections.ts'
import { informersOf } from './informers.ts'
import type { InformersInit } from './informers.ts'
import { joinCluster } from './join.ts'
import type { ClusterNetwork } from './members.ts'
import { NO_NETWORK } from './members.ts'
import { formatPing } from './metrics.ts'
import { StoreGuard } from './store-guard.ts'
import type { RpcServicesComponents } from './rpc-services.ts'
import { extensionServices, rpcServices } from './rpc-services.ts'

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
  informers?: InformersInit
  /** The way to the other peers; absent: this peer is alone. */
  connections?: ConnectionsInit
  monitor?: Pick<MonitorInit, 'checkInterval'>
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
  /** Besides the usual ones. */
  informers?: readonly ((components: PluginInformerComponents) => Informer)[]
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
  const { peername, followerMode = false } = init.cluster
  const datastore = (parts.datastore ?? ((): Datastore => levelDatastore(init.datastore)))()
  const events = new EventBus<ClusterEvents>()
  let replica: CrdtConsensus | undefined
  const connections =
    init.connections && openConnections(init.connections, { logger, peerId, replica: () => needReplica(replica) })

  for (const peer of namedPeers(init)) connections?.network.protect(peer)

  const crdtComponents: CrdtComponents = {
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
    members: { members: (metric) => metrics.latest(metric).map(({ peer }) => peer) },
    onDamage: (err) => void guard?.onDamage(err),
    ...(connections && { broadcaster: connections.broadcaster, deltas: connections.deltas })
  }
  const consensus = parts.consensus?.(crdtComponents) ?? (replica = crdt(init.crdt)(crdtComponents))
  const guard =
    replica && parts.datastore === undefined
      ? new StoreGuard({
          ...{ location: init.datastore.location, datastore, replica, log: logger.forComponent('cluster') },
          knowsOthers: () => knowsOthers(init)
        })
      : undefined
  const ipfs = (parts.ipfs ?? ipfsHttp(init.ipfsHttp))({
    logger,
    triggerInformers: () => metrics.measureNow()
  })
  const ipfsIdentity = new IpfsIdentity(ipfs)
  const { state } = consensus
  const { pinRecoverInterval: recoverInterval } = init.cluster
  const tracker = pinTracker({ ...(recoverInterval !== undefined && { recoverInterval }), ...init.stateless })({
    ...{ logger, peerId, peername, state, ipfs, events, datastore },
    ipfsIdentity: () => ipfsIdentity.last
  })
  const metrics = monitor({ pingInterval: init.cluster.monitorPingInterval, followerMode, ...init.monitor })({
    ...{ logger, peerId, ...(connections && { pubsub: connections.network.pubsub }) },
    ping: (options) => readPing(peername, ipfsIdentity, options),
    informers: [
      ...informersOf(init.informers, { ipfs, tracker }),
      ...(parts.informers ?? []).map((make) => make({ ipfs, tracker, log: logger.forComponent('informer') }))
    ]
  })
  // What was measured before the IPFS node answered was nothing, and a pin may come at once.
  events.on('ready', () => metrics.measureNow())
  metrics.on('alert', (alert) => events.emit('alert', alert))
  const allocator = (parts.allocator ?? metricsAllocator(init.balanced))({
    ...{ logger, metrics },
    isTrusted: (peer) => consensus.isTrusted(peer)
  })
  const members = parts.network ?? connections?.members ?? NO_NETWORK
  const marks = new PeerMarks({
    ...{ logger, datastore, isTrusted: (peer: PeerId) => consensus.isTrusted(peer) },
    ...(connections && !followerMode && { topic: connections.marksTopic })
  })
  const added = new AddedBlocks({ log: logger.forComponent('adder'), state, ipfs, datastore, events })
  const cluster = new ClusterPeer(
    {
      ...{ logger, peerId, events, consensus, ipfs, added, tracker, allocator, metrics, marks },
      adder: parts.adder ?? adder(),
      network: members
    },
    init.cluster
  )
  const ipfsSwarm = new IpfsSwarm(
    { log: logger.forComponent('cluster'), peerId, metrics, ipfs, member: (peer) => members.member(peer) },
    {
      delay: init.ipfsHttp?.connectSwarmsDelay ?? IPFS_HTTP_DEFAULTS.connectSwarmsDelay,
      interval: init.cluster.peerWatchInterval ?? DEFAULT_PEER_WATCH_INTERVAL
    }
  )

  // A peer that has left keeps nothing of the cluster; deleted once nobody writes, while the store is still open.
  const leaver: Startable = { stop: () => (cluster.hasLeft ? consensus.clean() : undefined) }
  const all: readonly Startable[] = [
    ...(connections ? [connections.network] : []),
    ...[guard?.store ?? datastore, leaver],
    ...(connections ? [connections.deltas] : []),
    ...[guard?.consensus ?? consensus, ipfs, added, metrics, tracker, marks, cluster, ipfsSwarm],
    ...(connections && init.connections
      ? served(init.connections, {
          ...{ connections, logger, peerId, cluster, tracker, ipfs, added, consensus, metrics }
        })
      : [])
  ]
  const start = async (options?: AbortOptions): Promise<void> => {
    try {
      await startAll(all, options)
    } catch (err) {
      await guard?.mark(err)
      throw err
    }
  }
  return { cluster, start, stop: () => stopAll(all) }
}

interface ServedComponents extends RpcServicesComponents {
  connections: Connections
  logger: ComponentLogger
  peerId: PeerId
  consensus: Consensus
  metrics: Monitor
}

/** What other peers meet of this one: the answers to their calls, and this peer joining theirs. */
function served(init: ConnectionsInit, components: ServedComponents): Startable[] {
  const { connections, logger, peerId, consensus, metrics } = components
  const { network, rpc } = connections
  const server = rpcServer(init.followerMode === true ? { closed: [SERVICES.Cluster.RepoGCLocal] } : {})({
    ...{ logger, network, services: rpcServices(components) },
    isTrusted: (peer) => consensus.isTrusted(peer)
  })
  const extensions = rpcServer({ protocol: EXTENSION_PROTOCOL })({
    ...{ logger, network, services: extensionServices(components) },
    isTrusted: (peer) => consensus.isTrusted(peer)
  })
  const joining = new AbortController()
  const onJoined = (peer: PeerId): void => {
    metrics.assumeAlive(peer)
    metrics.measureNow()
  }
  network.on('peer:reached', ({ peer }) => metrics.assumeAlive(peer))
  const join: Startable = {
    afterStart: () => {
      const log = logger.forComponent('cluster')
      for (const address of init.bootstrap ?? []) {
        joinCluster({ log, peerId, network, rpc, onJoined }, address, joining).catch(() => {})
      }
    },
    beforeStop: () => joining.abort()
  }
  return [server, extensions, join]
}

/** Other peers that are trusted by name: the cluster relies on them, so their connections are kept before others. */
function namedPeers({ peerId, crdt: { trustedPeers = [] } = {} }: PeerInit): PeerId[] {
  return trustedPeers.filter((peer) => peer !== EVERYBODY && peer !== peerId)
}

/** Whether this peer can find others that have the pinset. */
async function knowsOthers(init: PeerInit): Promise<boolean> {
  const { bootstrap = [], peerAddresses = [], peerstorePath } = init.connections ?? {}
  if (bootstrap.length + peerAddresses.length + namedPeers(init).length > 0) return true
  const peerstore = peerstorePath === undefined ? '' : await readFile(peerstorePath, 'utf8').catch(() => '')
  return peerstore.trim() !== ''
}

/** Blocks are served from the CRDT; a consensus of another kind has none. */
function needReplica(replica: CrdtConsensus | undefined): CrdtConsensus {
  if (replica === undefined) throw new ClusterError('ERR_NOT_SUPPORTED', 'this consensus has no delta blocks')
  return replica
}

/** A peer whose IPFS node is down is alive all the same, and shows the node that it had. */
async function readPing(peername: string, identity: IpfsIdentity, options: AbortOptions): Promise<string> {
  await identity.refresh(options).catch(() => {})
  return formatPing({ peername, ipfsId: identity.last.id, ipfsAddresses: identity.last.addresses })
}
