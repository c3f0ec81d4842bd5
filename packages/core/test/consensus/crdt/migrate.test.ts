import { describe, expect, it } from '@jest/globals'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import { readVector } from '../../helpers/vectors.ts'
import { dump, testReplica, withoutTakenBack } from './helpers.ts'

describe('a store of another version', () => {
  it('of the first one gets the right values for keys with tombstones', async () => {
    const { traces } = await readVector<{
      traces: {
        blocks_hex_by_block_id: Record<string, string>
        fresh_replica_datastore_without_blocks: Record<string, string>
      }[]
    }>('crdt_traces.json')
    for (const { blocks_hex_by_block_id: blocks, fresh_replica_datastore_without_blocks: right } of traces) {
      const datastore = memoryDatastore()
      await datastore.open()
      const stored: Record<string, string> = { ...right }
      for (const [id, bytes] of Object.entries(blocks)) stored[`/c/b/blocks${id}`] = bytes
      const tombstoned = Object.keys(right)
        .filter((key) => key.startsWith('/c/s/t/'))
        .map((key) => key.split('/')[4])
      const expected = withoutTakenBack(stored)
      for (const key of new Set(tombstoned)) {
        stored[`/c/s/k/${key}/v`] = 'ffff'
        stored[`/c/s/k/${key}/p`] = '7f'
      }
      delete stored['/c/crdt_version']
      await datastore.batch(
        Object.entries(stored).map(([key, value]) => ({ type: 'put', key, value: Buffer.from(value, 'hex') }))
      )
      const replica = testReplica({}, { datastore })
      await replica.start()
      expect(await dump(datastore, '/c/')).toEqual(expected)
      const live = Object.keys(expected).filter((key) => /^\/c\/s\/k\/.*\/v$/.test(key))
      expect(await replica.consensus.state.count()).toBe(live.length)
      await replica.stop()
    }
  })

  it('that is newer is refused', async () => {
    const datastore = memoryDatastore()
    await datastore.open()
    await datastore.put('/c/crdt_version', Uint8Array.of(3))
    await expect(testReplica({}, { datastore }).start()).rejects.toMatchObject({ code: 'ERR_DATASTORE_VERSION' })
    expect(await dump(datastore, '/c/')).toEqual({ '/c/crdt_version': '03' })
  })
})
