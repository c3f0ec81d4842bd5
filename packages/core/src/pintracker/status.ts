import type { Multiaddr, PeerId, Pin, PinInfo, StatusFilter, TrackerStatus } from '@ipfs-cluster/api'
import { Time, TrackerStatusBits } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { IpfsPinStatus } from '../ipfs/interface.ts'
import { isPinnedAs } from '../ipfs/pin-status.ts'
import type { Operation } from './operation.ts'
import type { OperationView } from './operations.ts'

/** Statuses that follow from what the IPFS node holds, so that it has to be asked for all of its pins. */
export const HELD: StatusFilter = TrackerStatusBits.pinned | TrackerStatusBits.unexpectedly_unpinned
/** Statuses that items of the pinset can have without an operation. */
const AT_REST: StatusFilter = HELD | TrackerStatusBits.sharded | TrackerStatusBits.remote

/** Whether a listing with that filter goes through the pinset, and not through the operations only. */
export function listsPinset(filter: StatusFilter): boolean {
  return filter === 0 || (filter & AT_REST) !== 0
}

/** Who answers: the peer, and its IPFS node as far as it is known. */
export interface Answerer {
  peerId: PeerId
  peername: string
  /** Empty when the node has not answered yet. */
  ipfsPeerId: PeerId
  ipfsPeerAddresses: Multiaddr[]
}

/** The Go release shows clients this text. */
export const NOT_PINNED_IN_IPFS = 'the item should be pinned but it is not'

/** State of an item of the pinset which this peer has to hold, and for which there is no operation. */
export function heldInfo(pin: Pin, answerer: Answerer, held: IpfsPinStatus): PinInfo {
  return restInfo(pin, answerer, isPinnedAs(held, pin.maxDepth) ? 'pinned' : 'unexpectedly_unpinned')
}

/** State of an item of the pinset for which there is no operation. */
export function restInfo(pin: Pin, answerer: Answerer, status: TrackerStatus): PinInfo {
  const info = pinInfo(pin, answerer, status)
  if (status === 'unexpectedly_unpinned') info.error = NOT_PINNED_IN_IPFS
  return info
}

/** State of an item of the pinset as such; its timestamp is that of the pin. */
export function pinInfo(pin: Pin, answerer: Answerer, status: TrackerStatus): PinInfo {
  return {
    cid: pin.cid,
    name: pin.name,
    peer: answerer.peerId,
    allocations: pin.allocations,
    origins: pin.origins,
    created: pin.timestamp,
    metadata: pin.metadata,
    peername: answerer.peername,
    ipfsPeerId: answerer.ipfsPeerId,
    ipfsPeerAddresses: answerer.ipfsPeerAddresses,
    status,
    timestamp: pin.timestamp,
    error: '',
    attemptCount: 0,
    priorityPin: false
  }
}

/** State of a CID outside of the pinset, as a peer gives its own. */
export function unpinnedInfo(cid: CID, answerer: Answerer, now: Time): PinInfo {
  return {
    cid,
    name: '',
    peer: answerer.peerId,
    allocations: null,
    origins: null,
    created: Time.ZERO,
    metadata: null,
    peername: answerer.peername,
    ipfsPeerId: answerer.ipfsPeerId,
    ipfsPeerAddresses: answerer.ipfsPeerAddresses,
    status: 'unpinned',
    timestamp: now,
    error: '',
    attemptCount: 0,
    priorityPin: false
  }
}

/**
 * State of a CID with an operation.
 *
 * @param pin - the item of the pinset; undefined for what is being unpinned
 */
export function operationInfo(
  cid: CID,
  pin: Pin | undefined,
  answerer: Answerer,
  operation: Operation,
  view: OperationView
): PinInfo {
  const common =
    pin === undefined
      ? { ...unpinnedInfo(cid, answerer, view.since), allocations: [], created: view.since }
      : pinInfo(pin, answerer, 'undefined')
  return {
    ...common,
    status: view.status,
    timestamp: view.since,
    error: view.error,
    attemptCount: operation.attempts,
    priorityPin: operation.priority
  }
}
