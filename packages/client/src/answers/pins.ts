export { globalPinInfoFromJSON, pinFromJSON } from '@ipfs-cluster/api'
