import type { GlobalPinInfo, PinDetail, PinInfo, PinInfoShort } from '../pin-info.ts'
import {
  absentable,
  boolean,
  field,
  integer,
  list,
  nullable,
  optional,
  record,
  struct,
  text,
  unwritten
} from './codec.ts'
import type { JsonCodec, JsonFields } from './codec.ts'
import { document } from './document.ts'
import { multiaddr, peerId } from './kinds/address.ts'
import { cid } from './kinds/cid.ts'
import { time } from './kinds/time.ts'
import { trackerStatus } from './kinds/word.ts'

const pinDetailCodec: JsonCodec<PinDetail> = struct<PinDetail>({
  reason: field('reason', text),
  queuePlace: optional('queue_place', integer),
  queueLength: optional('queue_length', integer),
  blocks: optional('blocks', integer),
  lastProgress: optional('last_progress', time),
  lastError: optional('last_error', text),
  nextTry: optional('next_try', time)
})

const pinInfoShortFields: JsonFields<PinInfoShort> = {
  peername: field('peername', text),
  ipfsPeerId: optional('ipfs_peer_id', peerId),
  ipfsPeerAddresses: optional('ipfs_peer_addresses', list(multiaddr)),
  status: field('status', trackerStatus),
  timestamp: field('timestamp', time),
  error: field('error', text),
  attemptCount: field('attempt_count', integer),
  priorityPin: field('priority_pin', boolean),
  // Programs that know the Go release see what they know.
  detail: optional('detail', unwritten(absentable(pinDetailCodec)))
}

export const pinInfoShortCodec: JsonCodec<PinInfoShort> = struct<PinInfoShort>(pinInfoShortFields)

/** The same with the reasons, for those who ask for them. */
export const explainedPinInfoShortCodec: JsonCodec<PinInfoShort> = struct<PinInfoShort>({
  ...pinInfoShortFields,
  detail: optional('detail', absentable(pinDetailCodec))
})

export const pinInfoCodec: JsonCodec<PinInfo> = struct<PinInfo>({
  cid: field('cid', cid),
  name: field('name', text),
  peer: field('peer', peerId),
  allocations: field('allocations', nullable(list(peerId))),
  origins: field('origins', nullable(list(multiaddr))),
  created: field('created', time),
  metadata: field('metadata', nullable(record(text))),
  ...pinInfoShortFields
})

export const globalPinInfoFields: JsonFields<GlobalPinInfo> = {
  cid: field('cid', cid),
  name: field('name', text),
  allocations: field('allocations', nullable(list(peerId))),
  origins: field('origins', nullable(list(multiaddr))),
  created: field('created', time),
  metadata: field('metadata', nullable(record(text))),
  peerMap: field('peer_map', record(pinInfoShortCodec))
}

export const globalPinInfoCodec: JsonCodec<GlobalPinInfo> = struct<GlobalPinInfo>(globalPinInfoFields)

export const { toJSON: pinInfoToJSON, fromJSON: pinInfoFromJSON, toLine: encodePinInfoLine } = document(pinInfoCodec)
export const { toJSON: pinInfoShortToJSON, fromJSON: pinInfoShortFromJSON } = document(pinInfoShortCodec)
export const {
  toJSON: globalPinInfoToJSON,
  fromJSON: globalPinInfoFromJSON,
  toLine: encodeGlobalPinInfoLine
} = document(globalPinInfoCodec)
