// Opens a datastore as a peer does while it runs, says so, and holds it until it is killed.
import process from 'node:process'
import { levelDatastore } from '@ipfs-cluster/core/datastore'

await levelDatastore({ location: process.argv[2] ?? '' }).open()
console.log('open')
setInterval(() => {}, 1000)
