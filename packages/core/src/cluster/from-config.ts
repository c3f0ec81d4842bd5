import type { PeerId } from '@ipfs-cluster/api'
import type { ServiceConfig } from '../config/index.ts'
import type { PeerInit } from './peer.ts'

/**
 * The settings of a peer from its service.json.
 *
 * @param location - folder of the LevelDB datastore
 */
export function peerInitFromConfig(config: ServiceConfig, peerId: PeerId, location: string): PeerInit {
  const { trustedPeers = [], ...crdt } = config.consensus.crdt ?? {}
  const { disk, ...informers } = config.informer
  return {
    peerId,
    cluster: config.cluster,
    datastore: { location },
    crdt: { ...crdt, trustedPeers: trustedPeers === '*' ? ['*'] : trustedPeers },
    ipfsHttp: config.ipfsConnector.ipfshttp,
    stateless: config.pinTracker.stateless,
    balanced: config.allocator.balanced,
    informers: {
      ...informers,
      disk: disk && { ...disk, metricType: disk.metricType === 'reposize' ? 'reposize' : 'freespace' }
    }
  }
}
