/**
 * @packageDocumentation
 *
 * A peer of a cluster: its parts put together, its life, and its use cases. `createPeer` builds one from plain
 * settings; `cluster` takes parts that were built before, somebody's own among them.
 *
 * @example
 * const peer = createPeer({ peerId, cluster: { peername: 'here' }, datastore: { location: '/var/lib/cluster/leveldb' } })
 * await peer.start()
 * await peer.cluster.ready()
 * await peer.cluster.pin(cid, defaultPinOptions())
 * await peer.stop()
 */
import { ClusterPeer } from './cluster-peer.ts'
import type { PeerComponents } from './components.ts'
import type { ClusterInit } from './defaults.ts'

export { ClusterPeer } from './cluster-peer.ts'
export type { PeerComponents } from './components.ts'
export type { ConnectionsInit } from './connections.ts'
export type { ClusterInit } from './defaults.ts'
export type { ClusterEvents } from './events.ts'
export { globalPinInfoOf } from './global-pin-info.ts'
export type { Cluster, ListStatusesOptions, PinExplanation } from './interface.ts'
export type { AtRest, ListedStatus, Told } from './listed-status.ts'
export { globalPinInfoIn, listedGlobal } from './listed-status.ts'
export type { InformersInit } from './informers.ts'
export { peerInitFromConfig } from './from-config.ts'
export type { ClusterNetwork, Member } from './members.ts'
export { NO_NETWORK } from './members.ts'
export type { ClusterMetrics, PingValue } from './metrics.ts'
export { parsePing } from './metrics.ts'
export type { PluginPlace } from './plugins.ts'
export { loadPlugins } from './plugins.ts'
export type { Peer, PeerInit, PeerParts } from './peer.ts'
export { createPeer } from './peer.ts'
export type {
  ClusterRepair,
  DrainProgress,
  MarkKind,
  Move,
  PeerMark,
  RebalancePlan,
  RebalanceProgress,
  RepairInit,
  RepairProgress
} from '../repair/index.ts'
export type { AddEntry } from '../adder/interface.ts'
export { restInfo } from '../pintracker/status.ts'
export { VERSION } from '@ipfs-cluster/api'

/** Puts a peer together from its parts. They are started and stopped by who made them. */
export function cluster(init: ClusterInit): (components: PeerComponents) => ClusterPeer {
  return (components) => new ClusterPeer(components, init)
}
