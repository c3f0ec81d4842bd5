import type { CID } from 'multiformats/cid'
import type { GlobalPinInfo } from './pin-info.ts'
import type { Pin } from './pin.ts'
import type { PeerId } from './peer.ts'
import type { Time } from './time.ts'

/** A peer that is under maintenance, or drained. */
export interface PeerMarkInfo {
  peer: PeerId
  kind: string
  at: Time
  /** When it ends by itself; zero: never. */
  until: Time
  /** Drain: pins may be left with their minimum of copies. */
  toMinimum: boolean
}

/** What is left of a drain, in the whole pinset. */
export interface DrainProgressInfo {
  peer: PeerId
  /** Pins that still name the peer. At 0 it can be taken away. */
  left: number
  moving: number
  everywhere: number
}

/** How far a peer is with the pins of peers that are gone. */
export interface RepairProgressInfo {
  gone: PeerId[]
  placed: number
  trimmed: number
  waiting: number
  failed: number
  reasons: string[]
}

/** A pin that goes from one peer to another. */
export interface MoveInfo {
  cid: CID
  from: PeerId
  to: PeerId
}

/** Moves that make the peers equally full. */
export interface RebalancePlanInfo {
  moves: MoveInfo[]
  /** Bytes that each peer uses. */
  before: Record<PeerId, number>
  after: Record<PeerId, number>
  /** False: there are more moves than one plan holds. */
  isComplete: boolean
}

/** How far a rebalancing is. */
export interface RebalanceProgressInfo {
  /** `idle`, `running` or `stopping`. */
  state: string
  total: number
  done: number
  moving: number
  failed: number
  reasons: string[]
}

/** How far a peer is with taking in what other peers have. */
export interface SyncProgressInfo {
  /** `complete`, `syncing` or `repairing`. */
  state: string
  height: number
  reached: number
  highestHeight: number
  merged: number
  missing: number
  /** Changes a second. */
  rate: number
}

/** How many pins have each status on one peer. */
export interface PinCountsInfo {
  peer: PeerId
  /** By the name of the status; only those that there are. */
  statuses: Record<string, number>
  /**
   * When the peer last compared the pinset with what its IPFS node holds: what is at rest is counted as of then, with
   * what has been done since. Zero while the node could not be asked.
   */
  comparedAt: Time
}

/** What was decided about one peer. */
export interface PeerVerdictInfo {
  peer: PeerId
  chosen: boolean
  /** A word, e.g. `current`, `candidate`, `metric-expired`. */
  reason: string
  /** Place among those that were ranked, from 1; 0: it was not. */
  rank: number
  of: number
  /** The metric that the reason is about; empty: none. */
  metric: string
  values: Record<string, string>
  /** All of it in words. */
  text: string
}

/** Where a pin would go, and why. */
export interface AllocationInfo {
  outcome: string
  allocations: PeerId[]
  /** What the pin would fail with; empty: it would not. */
  error: string
  allocateBy: string[]
  peers: PeerVerdictInfo[]
}

/** The state of a pin with the reasons for it. */
export interface ExplainedPinInfo extends GlobalPinInfo {
  allocation?: AllocationInfo | undefined
}

/** What came of one line of a batch: the pin, or why there is none. */
export interface BatchResult {
  /** From 1. */
  line: number
  pin?: Pin | undefined
  error?: { code: number; message: string } | undefined
}
