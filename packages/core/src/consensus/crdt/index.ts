/**
 * @packageDocumentation
 *
 * The CRDT consensus: every peer has a replica of the pinset, changes it without asking anybody, and sends what it did
 * as a delta. Deltas form a DAG of blocks; whatever the order in which they arrive, replicas that have the same deltas
 * have the same pinset. Bytes on the wire and on disk are those of the Go release v1.1.6.
 *
 * @example
 * const consensus = crdt({ trustedPeers: ['*'] })({ peerId, datastore, hooks, logger })
 * await startAll([datastore, consensus])
 * await consensus.logPin(pin)
 * await stopAll([datastore, consensus])
 */
import type { PeerId } from '@ipfs-cluster/api'
import type { Datastore } from '../../datastore/index.ts'
import type { ComponentLogger } from '../../util/logger.ts'
import type { ConsensusHooks } from '../interface.ts'
import type { BatchingOptions } from './batcher.ts'
import { CrdtConsensus } from './crdt.ts'
import type { Broadcaster, DeltaSource, Members } from './interface.ts'

export type { BatchingOptions } from './batcher.ts'
export { crdtTopic } from './broadcast.ts'
export { EVERYBODY } from './defaults.ts'
export type { CrdtConsensus } from './crdt.ts'
export type * from './interface.ts'
export type { StoredChange } from './stored-changes.ts'

/** Options of the CRDT consensus, named as in `service.json`. */
export interface CrdtInit {
  /** Whom this peer lets change its pinset, besides itself; `*` is everybody who knows the secret. Nobody when absent. */
  trustedPeers?: readonly PeerId[]
  /**
   * Makes fewer and larger deltas by letting changes wait. Off when absent or when a number is 0, which is the better
   * choice: changes that come while another one is written share a delta anyway.
   */
  batching?: BatchingOptions
  /** Milliseconds between attempts to get what is missing; 0: never. One hour when absent. */
  repairInterval?: number
  /** Milliseconds between rebroadcasts of heads that nobody spoke of. One minute when absent. */
  rebroadcastInterval?: number
  /** Whoever has a live metric of this name is a peer; `ping` when absent. */
  peersetMetric?: string
  /** In front of the keys in the datastore; `/c` when absent. */
  datastoreNamespace?: string
}

/** What the CRDT consensus needs of the rest of a peer. */
export interface CrdtComponents {
  /** This peer. */
  peerId: PeerId
  /** Open while the consensus runs. */
  datastore: Datastore
  hooks: ConsensusHooks
  logger: ComponentLogger
  /** Absent: this peer is the only one. */
  members?: Members
  /** Absent: nobody is told of changes, nor tells of any. */
  broadcaster?: Broadcaster
  /** Hears that the files of the datastore are damaged, so that it cannot be relied upon. */
  onDamage?(error: Error): void
  /** Absent: blocks of other peers cannot be had. */
  deltas?: DeltaSource
}

/** The CRDT consensus. */
export function crdt(init: CrdtInit = {}): (components: CrdtComponents) => CrdtConsensus {
  return (components) => new CrdtConsensus(components, init)
}
