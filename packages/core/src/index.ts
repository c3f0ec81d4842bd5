/**
 * @packageDocumentation
 *
 * The library an IPFS Cluster peer is made of. `createPeer` builds a whole peer; each part has its own entry point,
 * such as `@ipfs-cluster/core/datastore`, with a factory that gets what the part needs, so that it runs alone and any
 * part can be somebody's own.
 *
 * @example
 * import { defaultPinOptions, parseCid } from '@ipfs-cluster/api'
 * import { createPeer } from '@ipfs-cluster/core'
 *
 * // Pins a CID with a cluster of this one peer, and says how far its IPFS node is.
 * export async function pinOnce(location: string, nodeMultiaddress: string, cid: string): Promise<string | undefined> {
 *   const peerId = '12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF'
 *   const peer = createPeer({
 *     peerId,
 *     cluster: { peername: 'example' },
 *     datastore: { location },
 *     ipfsHttp: { nodeMultiaddress }
 *   })
 *   await peer.start()
 *   try {
 *     await peer.cluster.pin(parseCid(cid), defaultPinOptions())
 *     const { peerMap } = await peer.cluster.status(parseCid(cid))
 *     return peerMap[peerId]?.status
 *   } finally {
 *     await peer.stop()
 *   }
 * }
 */
export type { Adder, AdderComponents, BlockSink } from './adder/index.ts'
export { adder } from './adder/index.ts'
export type { AllocationRequest, Allocator, AllocatorComponents, AllocatorInit } from './allocator/index.ts'
export { metricsAllocator } from './allocator/index.ts'
export * from './cluster/index.ts'
export type { CrdtComponents, CrdtInit } from './consensus/crdt/index.ts'
export { crdt } from './consensus/crdt/index.ts'
export type { Consensus, ConsensusHooks, SyncProgress } from './consensus/interface.ts'
export type { Datastore, LevelDatastoreInit } from './datastore/index.ts'
export { levelDatastore, memoryDatastore } from './datastore/index.ts'
export type { IpfsConnector, IpfsHttpComponents, IpfsHttpInit } from './ipfs/index.ts'
export { ipfsHttp } from './ipfs/index.ts'
export type {
  PinTracker,
  PinTrackerComponents,
  PinTrackerEvents,
  PinTrackerInit,
  StatusChange
} from './pintracker/index.ts'
export { pinTracker } from './pintracker/index.ts'
export type { ListOptions, PinState, StoredPin } from './state/index.ts'
export { exportState, importState } from './state/index.ts'
export * from './util/index.ts'
