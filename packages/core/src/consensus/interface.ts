import type { PeerId, Pin, Time } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { PinState } from '../state/interface.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'

/**
 * How the peers of a cluster come to agree on the pinset. A change is logged here and comes back, on every peer, as a
 * call of the hooks, once the state holds it.
 */
export interface Consensus extends Startable {
  /** The pinset as this peer knows it. Usable once started. */
  readonly state: PinState

  /** Resolves when the state can be relied upon: for CRDT at once, for Raft when the log has been caught up with. */
  ready(options?: AbortOptions): Promise<void>

  /**
   * Adds or replaces a pin. Resolves when the change is stored durably on this peer; it is then never lost, and
   * reaches the other peers sooner or later.
   */
  logPin(pin: Pin, options?: PutOptions): Promise<void>

  /** Removes a pin; same promise as {@link logPin}. Removing what is not there is no error. */
  logUnpin(pin: Pin, options?: UnpinOptions): Promise<void>

  /** The members of the cluster, this peer included, in a stable order. */
  peers(options?: AbortOptions): Promise<PeerId[]>

  /** Whether that peer may change our pinset and call our trusted RPC methods. */
  isTrusted(peer: PeerId): boolean

  /** How far this peer is with taking in what others have; absent where a peer is never behind. */
  readonly progress?: SyncProgress

  /** @throws ClusterError when the consensus has no such operation */
  addPeer(peer: PeerId, options?: AbortOptions): Promise<void>
  removePeer(peer: PeerId, options?: AbortOptions): Promise<void>

  /** Deletes the consensus data of this peer from disk; only while stopped or stopping. */
  clean(): Promise<void>
}

export interface PutOptions extends AbortOptions {
  /**
   * Puts the pin only if this one still stands in its place when its turn comes, so that what somebody was promised
   * meanwhile is not overwritten. Without it the pin is put whatever stands there.
   */
  replaces?: Pin
}

export interface UnpinOptions extends AbortOptions {
  /**
   * Removes the pin only if it has expired by this time as it is when its turn comes, so that more time that somebody
   * was promised meanwhile stays promised. Without it the pin goes whatever it is then.
   */
  expiredBy?: Time
}

/** How far a peer is with taking in what others have. */
export interface SyncProgress {
  /** `complete`: nothing is known to be missing; `repairing`: the whole store is being looked over. */
  readonly state: 'complete' | 'syncing' | 'repairing'
  /** Changes up to this height are all there; 0 when that is not known. The first change has height 1. */
  readonly height: number
  /** A walk goes down from the highest change to {@link height}; it has got to here. */
  readonly reached: number
  /** Height of the highest change known. */
  readonly highestHeight: number
  /** Changes that were taken in by the walk under way. */
  readonly merged: number
  /** Changes known to be missing: those at the edge of the walk, below which there may be more. */
  readonly missing: number
  /** Changes a second in the walk under way. */
  readonly rate: number
}

/** What the consensus tells the rest of the peer. Called in the order in which the state changes; must not throw. */
export interface ConsensusHooks {
  onPut(pin: Pin): void
  onDelete(cid: CID): void
}
