import { addedOutputCodec } from './add.ts'
import type { JsonCodec } from './codec.ts'
import { errorBodyCodec, versionCodec } from './error.ts'
import {
  bandwidthByProtocolCodec,
  connectGraphCodec,
  globalRepoGcCodec,
  ipfsRepoStatCodec,
  repoGcCodec
} from './health.ts'
import { idCodec, ipfsIdCodec } from './id.ts'
import { alertCodec, metricCodec } from './metric.ts'
import {
  batchResultCodec,
  drainProgressCodec,
  explainedPinInfoCodec,
  peerMarkCodec,
  pinCountsCodec,
  rebalancePlanCodec,
  rebalanceProgressCodec,
  repairProgressCodec,
  syncProgressCodec
} from './operator.ts'
import { globalPinInfoCodec, pinInfoCodec, pinInfoShortCodec } from './pin-info.ts'
import { pinCodec, pinOptionsCodec } from './pin.ts'
import type { JsonObject } from './value.ts'

/** The three things to do with a type that makes a whole JSON document. */
interface Document<T> {
  /** The value as plain data, to be written by `stringify` or put into a larger document. */
  toJSON: (value: T) => JsonObject
  /**
   * Reads what `parseJSON` gave, as the Go release does: unknown keys are ignored, keys match in any case, absent and
   * null members get their zero value.
   *
   * @throws ClusterError `ERR_BAD_JSON`, naming the member that has the wrong type
   */
  fromJSON: (value: unknown) => T
  /** The value as one line of a stream, with its line feed. Several times as fast as `stringify`. */
  toLine: (value: T) => string
}

function document<T>(codec: JsonCodec<T>): Document<T> {
  return {
    toJSON: (value) => codec.toJSON(value) as JsonObject,
    fromJSON: (value) => (value === null || value === undefined ? codec.zero() : codec.fromJSON(value, '')),
    toLine: (value) => `${codec.toText(value)}\n`
  }
}

export const { toJSON: pinToJSON, fromJSON: pinFromJSON, toLine: encodePinLine } = document(pinCodec)
export const { toJSON: pinOptionsToJSON, fromJSON: pinOptionsFromJSON } = document(pinOptionsCodec)

export const { toJSON: pinInfoToJSON, fromJSON: pinInfoFromJSON, toLine: encodePinInfoLine } = document(pinInfoCodec)
export const { toJSON: pinInfoShortToJSON, fromJSON: pinInfoShortFromJSON } = document(pinInfoShortCodec)
export const {
  toJSON: globalPinInfoToJSON,
  fromJSON: globalPinInfoFromJSON,
  toLine: encodeGlobalPinInfoLine
} = document(globalPinInfoCodec)

export const { toJSON: idToJSON, fromJSON: idFromJSON, toLine: encodeIdLine } = document(idCodec)
export const { toJSON: ipfsIdToJSON, fromJSON: ipfsIdFromJSON } = document(ipfsIdCodec)

export const { toJSON: metricToJSON, fromJSON: metricFromJSON } = document(metricCodec)
export const { toJSON: alertToJSON, fromJSON: alertFromJSON } = document(alertCodec)

export const { toJSON: connectGraphToJSON, fromJSON: connectGraphFromJSON } = document(connectGraphCodec)
export const { toJSON: bandwidthByProtocolToJSON, fromJSON: bandwidthByProtocolFromJSON } =
  document(bandwidthByProtocolCodec)
export const { toJSON: repoGcToJSON, fromJSON: repoGcFromJSON } = document(repoGcCodec)
export const { toJSON: globalRepoGcToJSON, fromJSON: globalRepoGcFromJSON } = document(globalRepoGcCodec)
export const { toJSON: ipfsRepoStatToJSON, fromJSON: ipfsRepoStatFromJSON } = document(ipfsRepoStatCodec)

export const {
  toJSON: addedOutputToJSON,
  fromJSON: addedOutputFromJSON,
  toLine: encodeAddedOutputLine
} = document(addedOutputCodec)

export const { toJSON: versionToJSON, fromJSON: versionFromJSON } = document(versionCodec)
export const { toJSON: errorBodyToJSON, fromJSON: errorBodyFromJSON } = document(errorBodyCodec)

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
