import type { Multiaddr } from '@ipfs-cluster/api'
import { resolve } from 'node:path'
import type { AllocatorInit } from '../allocator/index.ts'
import type { Identity, ServiceConfig } from '../config/index.ts'
import type { ConnectionsInit } from './connections.ts'
import type { PeerInit } from './peer.ts'

/** What the settings do not say. */
export interface PeerPlace {
  identity: Identity
  /** Folder of the LevelDB datastore. */
  location: string
  /** Folder of the peer, to which its paths are relative. */
  folder: string
  /** Peers to join. */
  bootstrap?: readonly Multiaddr[]
}

/** File with the addresses of peers, where the settings name no other. */
const PEERSTORE = 'peerstore'

/** The settings of a peer from its service.json. */
export function peerInitFromConfig(config: ServiceConfig, place: PeerPlace): PeerInit {
  const { trustedPeers = [], ...crdt } = config.consensus.crdt ?? {}
  const { disk, numpin, pinqueue, tags } = config.informer
  return {
    peerId: place.identity.id,
    cluster: config.cluster,
    datastore: { location: place.location },
    crdt: { ...crdt, trustedPeers: trustedPeers === '*' ? ['*'] : trustedPeers },
    ipfsHttp: config.ipfsConnector.ipfshttp,
    stateless: config.pinTracker.stateless,
    balanced: allocatorInitFromConfig(config),
    monitor: config.monitor.pubsubmon,
    informers: {
      ...{ numpin, pinqueue, tags },
      disk: disk && { ...disk, metricType: disk.metricType === 'reposize' ? 'reposize' : 'freespace' }
    },
    connections: connectionsFromConfig(config, place)
  }
}

/** Who may take pins is said in two sections. */
export function allocatorInitFromConfig({ allocator, cluster }: ServiceConfig): AllocatorInit {
  const { pinOnlyOnTrustedPeers, pinOnlyOnUntrustedPeers } = cluster
  return { ...allocator.balanced, pinOnlyOnTrustedPeers, pinOnlyOnUntrustedPeers }
}

function connectionsFromConfig({ cluster, consensus }: ServiceConfig, place: PeerPlace): ConnectionsInit {
  return {
    ...cluster,
    privateKey: place.identity.privateKey,
    clusterName: consensus.crdt?.clusterName ?? 'ipfs-cluster',
    peerstorePath: resolve(place.folder, cluster.peerstoreFile || PEERSTORE),
    bootstrap: place.bootstrap ?? []
  }
}
