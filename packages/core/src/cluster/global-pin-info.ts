import type { GlobalPinInfo, PinInfo, PinInfoShort } from '@ipfs-cluster/api'
import { Time } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'

/** A CID of which no peer has told anything yet. */
export function emptyGlobalPinInfo(cid: CID, name: string = ''): GlobalPinInfo {
  return { cid, name, allocations: null, origins: null, created: Time.ZERO, metadata: null, peerMap: {} }
}

/**
 * Adds what one peer says. What all peers have in common is taken from the last one that could tell: a peer with
 * `cluster_error` could not (spec: wire 2.6).
 */
export function addPinInfo(global: GlobalPinInfo, info: PinInfo): void {
  if (info.status !== 'cluster_error') {
    global.name = info.name
    global.allocations = info.allocations
    global.origins = info.origins
    global.created = info.created
    global.metadata = info.metadata
  }
  global.peerMap[info.peer] = shortPinInfo(info)
}

/** What is told of one peer alone. */
export function globalPinInfoOf(info: PinInfo): GlobalPinInfo {
  const { cid, name, allocations, origins, created, metadata } = info
  return { cid, name, allocations, origins, created, metadata, peerMap: { [info.peer]: shortPinInfo(info) } }
}

function shortPinInfo(info: PinInfo): PinInfoShort {
  return {
    peername: info.peername,
    ipfsPeerId: info.ipfsPeerId,
    ipfsPeerAddresses: info.ipfsPeerAddresses,
    status: info.status,
    timestamp: info.timestamp,
    error: info.error,
    attemptCount: info.attemptCount,
    priorityPin: info.priorityPin,
    ...(info.detail !== undefined && { detail: info.detail })
  }
}
