import { describe, expect, it } from '@jest/globals'
import { defaultServiceConfig } from '@ipfs-cluster/core/config'
import { DEFAULT_ALLOCATE_BY } from '../../src/allocator/defaults.ts'
import * as cluster from '../../src/cluster/defaults.ts'
import * as crdt from '../../src/consensus/crdt/defaults.ts'
import * as informer from '../../src/informer/defaults.ts'
import { IPFS_HTTP_DEFAULTS } from '../../src/ipfs/defaults.ts'
import * as monitor from '../../src/monitor/defaults.ts'
import * as network from '../../src/network/defaults.ts'
import * as pintracker from '../../src/pintracker/defaults.ts'
import * as repair from '../../src/repair/defaults.ts'

const made = defaultServiceConfig({ consensus: 'crdt', datastore: 'leveldb' })

/** docs/decisions/0010: a component can be used without a service.json, so some defaults stand in two places. */
describe('a default that a component has too is the same in its section', () => {
  it.each([
    [made.cluster.replicationFactorMin, cluster.DEFAULT_REPLICATION_FACTOR],
    [made.cluster.replicationFactorMax, cluster.DEFAULT_REPLICATION_FACTOR],
    [made.cluster.stateSyncInterval, cluster.DEFAULT_STATE_SYNC_INTERVAL],
    [made.cluster.pinRecoverInterval, cluster.DEFAULT_PIN_RECOVER_INTERVAL],
    [made.cluster.pinRecoverInterval, pintracker.DEFAULT_RECOVER_INTERVAL],
    [made.cluster.peerWatchInterval, cluster.DEFAULT_PEER_WATCH_INTERVAL],
    [made.cluster.monitorPingInterval, monitor.DEFAULT_PING_INTERVAL],
    [made.cluster.dialPeerTimeout, network.DEFAULT_DIAL_TIMEOUT],
    [made.cluster.connectionManager, network.DEFAULT_WATERMARKS],
    [made.cluster.pubsub, expect.objectContaining(network.DEFAULT_PUBSUB)],
    [made.cluster.listenMultiaddress, expect.arrayContaining([...network.DEFAULT_LISTEN])],
    [made.cluster.repair.concurrency, repair.DEFAULT_CONCURRENCY],
    [made.consensus.crdt?.datastoreNamespace, crdt.DEFAULT_NAMESPACE],
    [made.consensus.crdt?.peersetMetric, crdt.DEFAULT_PEERSET_METRIC],
    [made.consensus.crdt?.rebroadcastInterval, crdt.DEFAULT_REBROADCAST_INTERVAL],
    [made.consensus.crdt?.repairInterval, crdt.DEFAULT_REPAIR_INTERVAL],
    [made.consensus.crdt?.batching.maxQueueSize, crdt.DEFAULT_MAX_QUEUE_SIZE],
    [made.ipfsConnector.ipfshttp, expect.objectContaining(IPFS_HTTP_DEFAULTS)],
    [made.pinTracker.stateless.maxPinQueueSize, pintracker.DEFAULT_MAX_PIN_QUEUE_SIZE],
    [made.pinTracker.stateless.concurrentPins, pintracker.DEFAULT_CONCURRENT_PINS],
    [made.pinTracker.stateless.priorityPinMaxAge, pintracker.DEFAULT_PRIORITY_PIN_MAX_AGE],
    [made.pinTracker.stateless.priorityPinMaxRetries, pintracker.DEFAULT_PRIORITY_PIN_MAX_RETRIES],
    [made.monitor.pubsubmon.checkInterval, monitor.DEFAULT_CHECK_INTERVAL],
    [made.allocator.balanced.allocateBy, DEFAULT_ALLOCATE_BY],
    [made.informer.disk?.metricTtl, informer.DEFAULT_METRIC_TTL],
    [made.informer.pinqueue?.metricTtl, informer.DEFAULT_METRIC_TTL],
    [made.informer.pinqueue?.weightBucketSize, informer.DEFAULT_WEIGHT_BUCKET_SIZE],
    [made.informer.tags?.metricTtl, informer.DEFAULT_METRIC_TTL]
  ])('%j', (ofSection, ofComponent) => expect(ofSection).toEqual(ofComponent))
})
