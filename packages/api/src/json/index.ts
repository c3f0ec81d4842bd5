export { compareText } from './compare.ts'
export { addedOutputFromJSON, addedOutputToJSON, encodeAddedOutputLine } from './add.ts'
export { errorBodyFromJSON, errorBodyToJSON, versionFromJSON, versionToJSON } from './error.ts'
export {
  bandwidthByProtocolFromJSON,
  bandwidthByProtocolToJSON,
  connectGraphFromJSON,
  connectGraphToJSON,
  globalRepoGcFromJSON,
  globalRepoGcToJSON,
  ipfsRepoStatFromJSON,
  ipfsRepoStatToJSON,
  repoGcFromJSON,
  repoGcToJSON
} from './health.ts'
export { encodeIdLine, idFromJSON, idToJSON, ipfsIdFromJSON, ipfsIdToJSON } from './id.ts'
export { alertFromJSON, alertToJSON, metricFromJSON, metricToJSON } from './metric.ts'
export {
  batchResultFromJSON,
  batchResultToJSON,
  drainProgressFromJSON,
  drainProgressToJSON,
  encodeBatchResultLine,
  explainedPinInfoFromJSON,
  explainedPinInfoToJSON,
  peerMarkFromJSON,
  peerMarkToJSON,
  pinCountsFromJSON,
  pinCountsToJSON,
  rebalancePlanFromJSON,
  rebalancePlanToJSON,
  rebalanceProgressFromJSON,
  rebalanceProgressToJSON,
  repairProgressFromJSON,
  repairProgressToJSON,
  syncProgressFromJSON,
  syncProgressToJSON
} from './operator.ts'
export { encodePinLine, pinFromJSON, pinOptionsFromJSON, pinOptionsToJSON, pinToJSON } from './pin.ts'
export {
  encodeGlobalPinInfoLine,
  encodePinInfoLine,
  globalPinInfoFromJSON,
  globalPinInfoToJSON,
  pinInfoFromJSON,
  pinInfoShortFromJSON,
  pinInfoShortToJSON,
  pinInfoToJSON
} from './pin-info.ts'
export type { ErrorBody, Version } from './error.ts'
export { parsePinMode, parsePinType } from './kinds/word.ts'
export { parseJSON } from './parse.ts'
export { newJsonMap, quote, stringify } from './value.ts'
export type { JsonObject, JsonValue } from './value.ts'
