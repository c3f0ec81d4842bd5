export {
  batchResultFromJSON,
  drainProgressFromJSON,
  explainedPinInfoFromJSON,
  peerMarkFromJSON,
  pinCountsFromJSON,
  rebalancePlanFromJSON,
  rebalancePlanToJSON,
  rebalanceProgressFromJSON,
  repairProgressFromJSON,
  syncProgressFromJSON
} from '@ipfs-cluster/api'
