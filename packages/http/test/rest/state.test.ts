import { describe, expect, it } from '@jest/globals'
import { emptyPin } from '@ipfs-cluster/api'
import { encodePin, pinKey } from '@ipfs-cluster/core/codec'
import { exportState } from '@ipfs-cluster/core/state'
import { CID } from 'multiformats/cid'
import { serve } from '../serve.ts'

const HELLO = CID.parse('bafkqabtimvwgy3yk')
const OTHER = CID.parse('bafkqaalb')

describe('the export of the state', () => {
  it('is the file of the command, byte for byte', async () => {
    await using served = await serve()
    const metadata = { b: '2', a: '<1>' }
    served.cluster.put({ ...emptyPin(HELLO), name: 'a "name"', metadata, replicationFactorMin: -1 })
    served.cluster.put({ ...emptyPin(OTHER), type: 'meta-pin', reference: HELLO, mode: 'direct', maxDepth: 0 })
    let file = ''
    for await (const text of exportState(served.cluster.state)) file += text
    const answer = await served.ask({ path: '/state/export' })
    expect(answer).toMatchObject({ status: 200, body: file })
    expect(answer.headers).toContainEqual(['Content-Type', 'application/x-ndjson'])
  })

  it('of nothing is nothing', async () => {
    await using served = await serve()
    expect(await served.ask({ path: '/state/export' })).toMatchObject({ status: 204, body: '' })
  })

  it('does not look whole when it is not', async () => {
    await using served = await serve()
    served.cluster.streams.set('listStored', async function* () {
      yield [{ key: pinKey(HELLO), value: encodePin(emptyPin(HELLO)) }]
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('the disk is gone')
    })
    await expect(served.ask({ path: '/state/export' })).rejects.toThrow()
    served.cluster.streams.set('listStored', async function* () {
      yield* []
      throw new Error('the disk is gone')
    })
    expect(await served.ask({ path: '/state/export' })).toMatchObject({ status: 500 })
  })
})

describe('the sync', () => {
  it('tells how far it is', async () => {
    await using served = await serve()
    const ask = async (): Promise<unknown> => JSON.parse((await served.ask({ path: '/sync' })).body)
    expect(await ask()).toMatchObject({ state: 'complete', missing: 0 })
    const progress = { height: 1, reached: 5, highestHeight: 9, merged: 3, missing: 2, rate: 1.5 }
    served.cluster.syncing = { state: 'syncing', ...progress }
    const { highestHeight, ...rest } = progress
    expect(await ask()).toEqual({ state: 'syncing', ...rest, highest_height: highestHeight })
  })
})
