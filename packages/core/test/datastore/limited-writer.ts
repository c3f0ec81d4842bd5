// Writes values until the store refuses, then waits until it takes them again. Prints what was acknowledged.
import { levelDatastore } from '@ipfs-cluster/core/datastore'

const [location = ''] = process.argv.slice(2)
const store = levelDatastore({ location, reopenDelay: 50, writeBufferSize: 64 * 1024 * 1024 })
await store.open()
const value = new Uint8Array(50_000).fill(7)
let refused = 0
for (let n = 0; n < 60; n++) {
  try {
    await store.put(`/k/${n}`, value, { sync: true })
    console.log(`${refused === 0 ? 'acknowledged' : 'recovered'} ${n}`)
  } catch (err) {
    refused++
    console.log(`refused ${n} ${(err as { code: string }).code}`)
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
}
// No close: what was acknowledged must be there all the same.
process.kill(process.pid, 'SIGKILL')
