export { addedOutputFromJSON } from '@ipfs-cluster/api'
