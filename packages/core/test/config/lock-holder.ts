// Takes the lock of a folder, says so, and holds it until it is killed.
import process from 'node:process'
import { lockFolder, peerFolder } from '@ipfs-cluster/core/config'

await lockFolder(peerFolder(process.argv[2] ?? ''), 'test')
console.log('locked')
setInterval(() => {}, 1000)
