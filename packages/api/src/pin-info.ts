import type { CID } from 'multiformats/cid'
import type { Multiaddr, PeerId } from './peer.ts'
import type { TrackerStatus } from './status.ts'
import type { Time } from './time.ts'

/**
 * Why a pin is where it is: what a stuck one waits for. A key that the Go release does not know and passes over. Only
 * what is not at rest has it.
 */
export interface PinDetail {
  /** In words, for people. */
  reason: string
  /** Its number among the operations that wait, 1 for the next; 0: it does not wait, or its number was not asked for. */
  queuePlace: number
  /** How many wait. */
  queueLength: number
  /** Blocks that the IPFS node has fetched or found so far. */
  blocks: number
  /** When the last one came; zero: none has. */
  lastProgress: Time
  /** Why it failed last; empty: it never has. */
  lastError: string
  /** When it is tried again by itself; zero: there is nothing to be tried again, or no time for it. */
  nextTry: Time
}

/** State of a pin on one peer, without what is the same on all peers. */
export interface PinInfoShort {
  peername: string
  /** The peer's IPFS node, empty when unknown. */
  ipfsPeerId: PeerId
  ipfsPeerAddresses: Multiaddr[]
  status: TrackerStatus
  /** When the status was reached; for a pinned item the time of the pin. */
  timestamp: Time
  error: string
  /** How often the operation has been started. */
  attemptCount: number
  /** Whether the pin waits in the priority queue. */
  priorityPin: boolean
  detail?: PinDetail | undefined
}

/** State of a pin on one peer. */
export interface PinInfo extends PinInfoShort {
  cid: CID
  name: string
  peer: PeerId
  allocations: PeerId[] | null
  origins: Multiaddr[] | null
  created: Time
  metadata: Record<string, string> | null
}

/** State of a pin on all peers that were asked. */
export interface GlobalPinInfo {
  cid: CID
  name: string
  allocations: PeerId[] | null
  origins: Multiaddr[] | null
  created: Time
  metadata: Record<string, string> | null
  peerMap: Record<PeerId, PinInfoShort>
}
