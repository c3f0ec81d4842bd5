import { describe, expect, it } from '@jest/globals'
import { parseCid } from '@ipfs-cluster/api'
import { blockIdOf, cidOfBlockId, DatastoreBlocks, matches } from '@ipfs-cluster/core/blocks'
import { pinKey, pinKeyToCid } from '@ipfs-cluster/core/codec'
import { CrdtKeys } from '../../src/consensus/crdt/keys.ts'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import { readVector } from '../helpers/vectors.ts'

describe('names of blocks and keys of pins', () => {
  it('are those of the Go release', async () => {
    const keys = new CrdtKeys('/c')
    for (const { json_value: vector } of await readVector<{ json_value: Record<string, string> }[]>(
      'dsstate_keys.json'
    )) {
      const cid = parseCid(vector['cid']!)
      expect(`/${pinKey(cid)}`).toBe(vector['dsstate_key'])
      expect(pinKeyToCid(pinKey(cid)).equals(cid)).toBe(true)
      expect(`/${blockIdOf(cid)}`).toBe(vector['multihash_key'])
      expect(keys.blocks + blockIdOf(cid)).toBe(vector['crdt_block_key_if_it_was_one'])
      expect(keys.value(pinKey(cid))).toBe(vector['crdt_value_key'])
      expect(keys.priority(pinKey(cid))).toBe(vector['crdt_priority_key'])
      expect(blockIdOf(cidOfBlockId(blockIdOf(cid)))).toBe(blockIdOf(cid))
    }
  })
})

describe('DatastoreBlocks', () => {
  it('gives blocks by any CID of their multihash, and never wrong bytes', async () => {
    const [trace] = (
      await readVector<{ traces: { blocks_hex_by_block_id: Record<string, string> }[] }>('crdt_traces.json')
    ).traces
    const [id, hex] = Object.entries(trace!.blocks_hex_by_block_id)[0]!
    const bytes = Buffer.from(hex, 'hex')
    const cid = cidOfBlockId(id.slice(1))
    const datastore = memoryDatastore()
    await datastore.open()
    const blocks = new DatastoreBlocks(datastore, '/c/b/blocks/')
    expect([await blocks.get(cid), await blocks.has(cid)]).toEqual([undefined, false])
    await datastore.batch([blocks.put(id.slice(1), bytes)])
    expect(Buffer.from((await blocks.get(cid))!).toString('hex')).toBe(hex)
    expect(await blocks.has(cid.toV0())).toBe(true)
    await datastore.put(`/c/b/blocks${id}`, Buffer.from('rotten'))
    await expect(blocks.get(cid)).rejects.toMatchObject({ code: 'ERR_DATASTORE_CORRUPT' })
    expect([matches(cid, bytes), matches(cid, bytes.subarray(1))]).toEqual([true, false])
    await datastore.close()
  })
})
