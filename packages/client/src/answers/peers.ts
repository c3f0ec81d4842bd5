export { idFromJSON, versionFromJSON } from '@ipfs-cluster/api'
