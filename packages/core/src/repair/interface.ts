import type { PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Allocator } from '../allocator/index.ts'
import type { Consensus } from '../consensus/interface.ts'
import type { ComponentLogger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { PeerMark } from './mark.ts'
import type { PeerMarks } from './peer-marks.ts'
import type { RebalancePlan } from './rebalance.ts'

/** Settings of the repair: `cluster.disable_repinning` and the group `cluster.repair` of service.json. */
export interface RepairInit {
  /** Whether the pins of peers that go stay where they are. */
  disableRepinning?: boolean
  repair?: {
    /** Milliseconds that a peer may be away before its pins are placed anew. At the alert, as in Go, when absent. */
    after?: number
    /** Pins that this peer places anew at the same time, and then waits for. */
    concurrency?: number
  }
  /** Milliseconds between two pings of a peer. */
  monitorPingInterval?: number
}

/** What repairing needs of the rest of a peer. */
export interface RepairComponents {
  logger: ComponentLogger
  peerId: PeerId
  consensus: Pick<Consensus, 'state' | 'peers' | 'isTrusted' | 'logPin'>
  allocator: Allocator
  marks: PeerMarks
  /** Whether a peer has all content of a CID; false when it cannot tell. */
  hasContent(peer: PeerId, cid: CID, options?: AbortOptions): Promise<boolean>
  /** Asks for a walk over the pinset, soon. */
  walk(): void
}

/** How far this peer is with the pins that it places anew. Other peers do their share. */
export interface RepairProgress {
  /** Peers that have been away for too long. */
  gone: PeerId[]
  /** Pins that were given to other peers, since the start of this peer. */
  placed: number
  /** Pins that were taken from peers which were too many, since the start of this peer. */
  trimmed: number
  /** Pins that were given to other peers which do not have the content yet. */
  waiting: number
  /** Pins for which nothing could be done in the last walk over the pinset. */
  failed: number
  /** Why, for the first few of them. */
  reasons: string[]
}

/** What is left of a drain, in the whole pinset. */
export interface DrainProgress {
  peer: PeerId
  /** Pins that still name the peer. At 0 it can be taken away. */
  left: number
  /** Those of them that some other peer has been given already, in the place of this one. */
  moving: number
  /** Pins that are on every peer: there is nothing to move. */
  everywhere: number
}

/** How far a rebalancing is that was started on this peer. */
export interface RebalanceProgress {
  state: 'idle' | 'running' | 'stopping'
  total: number
  /** Moves that are done. */
  done: number
  /** Moves whose new peer does not have the content yet. */
  moving: number
  failed: number
  /** Why, for the first few of them. */
  reasons: string[]
}

/**
 * What operators do about the peers of a cluster. Marks hold in the whole cluster, on peers of this release: whoever is
 * asked, all know. They outlive restarts of any peer.
 */
export interface ClusterRepair {
  /** Peers that are under maintenance or drained. */
  marks(): PeerMark[]
  /**
   * A peer may be away without its pins being placed anew.
   *
   * @param until - Unix milliseconds at which the mark ends by itself; absent: it is to be taken away
   * @throws ClusterError `ERR_TOO_MANY_MARKS`, `ERR_BAD_PEER_ID`
   */
  setMaintenance(peer: PeerId, options?: AbortOptions & { until?: number }): Promise<PeerMark>
  /**
   * The pins of a peer go elsewhere, each only once another peer has its content. New pins do not go there.
   *
   * @param toMinimum - where there are not enough other peers, a pin may be left with its minimum of copies
   * @throws ClusterError `ERR_TOO_MANY_MARKS`, `ERR_BAD_PEER_ID`
   */
  drain(peer: PeerId, options?: AbortOptions & { toMinimum?: boolean }): Promise<PeerMark>
  /** Walks over the pinset. */
  drainProgress(peer: PeerId, options?: AbortOptions): Promise<DrainProgress>
  /** Takes the mark away: ends the maintenance, or stops the drain where it is. */
  clearMark(peer: PeerId, options?: AbortOptions): Promise<void>
  progress(): RepairProgress

  /** Finds moves that make the peers equally full. Changes nothing. */
  planRebalance(options?: AbortOptions): Promise<RebalancePlan>
  /**
   * Carries out a plan, in the background. Each pin is given to its new peer first, and taken from the old one when the
   * new one has the content.
   *
   * @throws ClusterError `ERR_BUSY` while another one runs
   */
  startRebalance(plan: RebalancePlan): void
  rebalanceProgress(): RebalanceProgress
  /** Begins no more moves, ends or takes back those that are under way, and resolves then. */
  stopRebalance(options?: AbortOptions): Promise<void>
}
