import type {
  AllocationInfo,
  BatchResult,
  DrainProgressInfo,
  ExplainedPinInfo,
  MoveInfo,
  PeerMarkInfo,
  PeerVerdictInfo,
  PinCountsInfo,
  RebalancePlanInfo,
  RebalanceProgressInfo,
  RepairProgressInfo,
  SyncProgressInfo
} from '../operator.ts'
import { absentable, boolean, field, float, integer, list, optional, record, struct, text } from './codec.ts'
import type { JsonCodec } from './codec.ts'
import { document } from './document.ts'
import { errorBodyCodec } from './error.ts'
import { peerId } from './kinds/address.ts'
import { cid } from './kinds/cid.ts'
import { time } from './kinds/time.ts'
import { explainedPinInfoShortCodec, globalPinInfoFields } from './pin-info.ts'
import { pinCodec } from './pin.ts'

export const peerMarkCodec: JsonCodec<PeerMarkInfo> = struct<PeerMarkInfo>({
  peer: field('peer', peerId),
  kind: field('kind', text),
  at: field('at', time),
  until: optional('until', time),
  toMinimum: optional('to_minimum', boolean)
})

export const drainProgressCodec: JsonCodec<DrainProgressInfo> = struct<DrainProgressInfo>({
  peer: field('peer', peerId),
  left: field('left', integer),
  moving: field('moving', integer),
  everywhere: field('everywhere', integer)
})

export const repairProgressCodec: JsonCodec<RepairProgressInfo> = struct<RepairProgressInfo>({
  gone: field('gone', list(peerId)),
  placed: field('placed', integer),
  trimmed: field('trimmed', integer),
  waiting: field('waiting', integer),
  failed: field('failed', integer),
  reasons: field('reasons', list(text))
})

const moveCodec: JsonCodec<MoveInfo> = struct<MoveInfo>({
  cid: field('cid', cid),
  from: field('from', peerId),
  to: field('to', peerId)
})

export const rebalancePlanCodec: JsonCodec<RebalancePlanInfo> = struct<RebalancePlanInfo>({
  moves: field('moves', list(moveCodec)),
  before: field('before', record(float)),
  after: field('after', record(float)),
  isComplete: field('is_complete', boolean)
})

export const rebalanceProgressCodec: JsonCodec<RebalanceProgressInfo> = struct<RebalanceProgressInfo>({
  state: field('state', text),
  total: field('total', integer),
  done: field('done', integer),
  moving: field('moving', integer),
  failed: field('failed', integer),
  reasons: field('reasons', list(text))
})

export const syncProgressCodec: JsonCodec<SyncProgressInfo> = struct<SyncProgressInfo>({
  state: field('state', text),
  height: field('height', integer),
  reached: field('reached', integer),
  highestHeight: field('highest_height', integer),
  merged: field('merged', integer),
  missing: field('missing', integer),
  rate: field('rate', float)
})

export const pinCountsCodec: JsonCodec<PinCountsInfo> = struct<PinCountsInfo>({
  peer: field('peer', peerId),
  statuses: field('statuses', record(integer)),
  comparedAt: field('compared_at', time)
})

const peerVerdictCodec: JsonCodec<PeerVerdictInfo> = struct<PeerVerdictInfo>({
  peer: field('peer', peerId),
  chosen: field('chosen', boolean),
  reason: field('reason', text),
  rank: optional('rank', integer),
  of: optional('of', integer),
  metric: optional('metric', text),
  values: field('values', record(text)),
  text: field('text', text)
})

const allocationCodec: JsonCodec<AllocationInfo> = struct<AllocationInfo>({
  outcome: field('outcome', text),
  allocations: field('allocations', list(peerId)),
  error: optional('error', text),
  allocateBy: field('allocate_by', list(text)),
  peers: field('peers', list(peerVerdictCodec))
})

export const explainedPinInfoCodec: JsonCodec<ExplainedPinInfo> = struct<ExplainedPinInfo>({
  ...globalPinInfoFields,
  peerMap: field('peer_map', record(explainedPinInfoShortCodec)),
  allocation: optional('allocation', absentable(allocationCodec))
})

export const batchResultCodec: JsonCodec<BatchResult> = struct<BatchResult>({
  line: field('line', integer),
  pin: optional('pin', absentable(pinCodec)),
  error: optional('error', absentable(errorBodyCodec))
})

export const { toJSON: peerMarkToJSON, fromJSON: peerMarkFromJSON } = document(peerMarkCodec)
export const { toJSON: drainProgressToJSON, fromJSON: drainProgressFromJSON } = document(drainProgressCodec)
export const { toJSON: repairProgressToJSON, fromJSON: repairProgressFromJSON } = document(repairProgressCodec)
export const { toJSON: rebalancePlanToJSON, fromJSON: rebalancePlanFromJSON } = document(rebalancePlanCodec)
export const { toJSON: rebalanceProgressToJSON, fromJSON: rebalanceProgressFromJSON } = document(rebalanceProgressCodec)
export const { toJSON: pinCountsToJSON, fromJSON: pinCountsFromJSON } = document(pinCountsCodec)
export const { toJSON: syncProgressToJSON, fromJSON: syncProgressFromJSON } = document(syncProgressCodec)
export const { toJSON: explainedPinInfoToJSON, fromJSON: explainedPinInfoFromJSON } = document(explainedPinInfoCodec)
export const {
  toJSON: batchResultToJSON,
  toLine: encodeBatchResultLine,
  fromJSON: batchResultFromJSON
} = document(batchResultCodec)
