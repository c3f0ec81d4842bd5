/**
 * @packageDocumentation
 *
 * Sees to it that pins have their copies: gives the pins of peers that are gone or leave to others, takes what is too
 * much away again, and moves pins from full peers to empty ones. What is to be done with a pin is decided by functions
 * of the pinset, of who is there, and of the marks on peers; so work that was interrupted is found again by looking.
 *
 * @example
 * const marks = new PeerMarks({ logger, isTrusted, datastore, topic: pubsub.topic(marksTopic('my-cluster')) })
 * const repair = new Repair({ logger, peerId, consensus, allocator, marks, hasContent, ... }, { disableRepinning: false })
 * await repair.drain(peer)
 * console.log((await repair.drainProgress(peer)).left)
 */
export { closestPeer } from './closest-peer.ts'
export type {
  ClusterRepair,
  DrainProgress,
  RebalanceProgress,
  RepairComponents,
  RepairInit,
  RepairProgress
} from './interface.ts'
export type { MarkKind, PeerMark } from './mark.ts'
export type { PeerMarksComponents } from './peer-marks.ts'
export { marksTopic, PeerMarks } from './peer-marks.ts'
export type { Move, PeerLoad, RebalancePlan } from './rebalance.ts'
export type { RepairSources } from './repair.ts'
export { Repair } from './repair.ts'
