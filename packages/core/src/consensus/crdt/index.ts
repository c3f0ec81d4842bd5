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
import { CrdtConsensus } from './crdt.ts'
import type { CrdtComponents, CrdtInit } from './interface.ts'

export type { BatchingOptions } from './batcher.ts'
export { crdtTopic } from './broadcast.ts'
export { EVERYBODY } from './defaults.ts'
export type { CrdtConsensus } from './crdt.ts'
export type * from './interface.ts'
export type { StoredChange } from './stored-changes.ts'

/** The CRDT consensus. */
export function crdt(init: CrdtInit = {}): (components: CrdtComponents) => CrdtConsensus {
  return (components) => new CrdtConsensus(components, init)
}
