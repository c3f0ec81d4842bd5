/** The entry of the built program `ipfs-cluster-service`: a peer runs by compiled code that is kept, if there is any. */
import process from 'node:process'
import { launch } from '@ipfs-cluster/daemon/launch'

const isTraining = process.env['IPFS_CLUSTER_TRAINING'] === '1'
const isPeer = process.argv.includes('daemon')

if (!isPeer || launch(import.meta.filename.replace(/\.mjs$/, '.cjs'), { isTraining }) === undefined) {
  await import('./main.ts')
}
