export {
  alertFromJSON,
  bandwidthByProtocolFromJSON,
  connectGraphFromJSON,
  globalRepoGcFromJSON,
  metricFromJSON
} from '@ipfs-cluster/api'
