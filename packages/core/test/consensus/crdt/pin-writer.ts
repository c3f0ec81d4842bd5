// Pins and unpins as fast as it can until it is killed. Prints each change once it is acknowledged.
import { createHash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { levelDatastore } from '@ipfs-cluster/core/datastore'
import { pinOf, testReplica } from './helpers.ts'

const [location = '', round = '', batchSize = '0'] = process.argv.slice(2)
const batching = { maxBatchSize: Number(batchSize), maxBatchAge: 20 }
const replica = testReplica({ batching }, { datastore: levelDatastore({ location, writeBufferSize: 256 * 1024 }) })
await replica.start()
let next = 0

function cidOf(name: string): CID {
  return CID.createV1(0x55, Digest.create(0x12, createHash('sha256').update(name).digest()))
}

async function writeForever(): Promise<void> {
  for (;;) {
    const name = `${round}-${next++}`
    const pin = pinOf(cidOf(name), name)
    await replica.consensus.logPin(pin)
    console.log(`pinned ${pin.cid.toString()}`)
    if (next % 7 === 0) {
      console.log(`unpinning ${pin.cid.toString()}`)
      await replica.consensus.logUnpin(pin)
      console.log(`unpinned ${pin.cid.toString()}`)
    }
  }
}

console.log('ready')
await Promise.all(Array.from({ length: 8 }, writeForever))
