import type { CID } from 'multiformats/cid'
import type { Multiaddr, PeerId } from './peer.ts'
import type { TrackerStatus } from './status.ts'
import type { Time } from './time.ts'

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
