import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { PinTypeBits } from '@ipfs-cluster/api'
import type { PinType } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { encodePin, pinKey } from '@ipfs-cluster/core/codec'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore } from '@ipfs-cluster/core/datastore'
import { PinIndex, datastorePinState } from '@ipfs-cluster/core/state'
import type { PinState } from '@ipfs-cluster/core/state'
import { nullLogger } from '@ipfs-cluster/core/util'
import { pinOf } from '../consensus/crdt/helpers.ts'

const cidOf = (n: number): CID =>
  CID.createV1(0x55, Digest.create(0x12, new Uint8Array(32).fill(n, 0, 2).fill(n >> 8, 2, 4)))
const TYPES: PinType[] = ['pin', 'meta-pin', 'clusterdag-pin', 'shard-pin']

let datastore: Datastore
let state: PinState

beforeEach(async () => {
  datastore = memoryDatastore()
  await datastore.open()
  const index = new PinIndex('/i/')
  state = datastorePinState({ prefix: '/r/', suffix: '/v', index, count: () => 7 })({
    datastore,
    logger: nullLogger
  })
})

afterEach(() => datastore.close())

async function store(count: number): Promise<string[]> {
  const pins = Array.from({ length: count }, (_, n) => ({ ...pinOf(cidOf(n), `pin ${n}`), type: TYPES[n % 4]! }))
  await datastore.batch(
    pins.flatMap((pin) => [
      { type: 'put', key: `/r/${pinKey(pin.cid)}/v`, value: encodePin(pin) },
      { type: 'put', key: `/r/${pinKey(pin.cid)}/p`, value: new Uint8Array([2]) }
    ])
  )
  return pins.map(({ cid }) => pinKey(cid)).sort()
}

async function keysOf(options: Parameters<PinState['listStored']>[0] = {}): Promise<string[]> {
  return (await Array.fromAsync(state.listStored(options))).flat().map(({ key }) => key)
}

describe('a pinset over a datastore', () => {
  it('gives one pin', async () => {
    await store(3)
    expect((await state.get(cidOf(1)))?.name).toBe('pin 1')
    expect(await state.get(cidOf(9))).toBeUndefined()
    expect([await state.has(cidOf(1)), await state.has(cidOf(9)), await state.count()]).toEqual([true, false, 7])
  })

  it('lists all pins in the order of their keys, in batches of bounded size', async () => {
    const keys = await store(2500)
    const batches = await Array.fromAsync(state.listStored())
    expect(batches.flat().map(({ key }) => key)).toEqual(keys)
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(1000)
    expect(batches.every(({ length }) => length > 0)).toBe(true)
    expect((await Array.fromAsync(state.list())).map(({ cid }) => pinKey(cid))).toEqual(keys)
  })

  it('lists page by page', async () => {
    const keys = await store(25)
    const pages: string[][] = []
    for (let after: string | undefined; ; after = pages.at(-1)!.at(-1)) {
      const page = await keysOf({ limit: 10, ...(after === undefined ? {} : { after }) })
      if (page.length === 0) break
      pages.push(page)
    }
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 5])
    expect(pages.flat()).toEqual(keys)
    expect(await keysOf({ limit: 0 })).toEqual([])
    expect(await keysOf({ after: keys.at(-1)! })).toEqual([])
  })

  it('lists pins of certain types', async () => {
    await store(40)
    const typesOf = async (types: number): Promise<string[]> => [
      ...new Set((await Array.fromAsync(state.list({ types }))).map(({ type }) => type))
    ]
    expect(await typesOf(PinTypeBits['meta-pin'])).toEqual(['meta-pin'])
    expect((await typesOf(PinTypeBits.pin + PinTypeBits['shard-pin'])).sort()).toEqual(['pin', 'shard-pin'])
    expect(await typesOf(PinTypeBits.all)).toHaveLength(4)
    expect(await typesOf(0)).toHaveLength(4)
    expect(await keysOf({ types: PinTypeBits.pin, limit: 3 })).toHaveLength(3)
  })

  it('lists what was there when the listing began', async () => {
    await store(2000)
    let seen = 0
    for await (const batch of state.listStored()) {
      if (seen === 0) await datastore.deleteRange({ prefix: '/r/' })
      seen += batch.length
    }
    expect(seen).toBe(2000)
    expect(await keysOf()).toEqual([])
  })

  it('stops when it is told to', async () => {
    await store(2000)
    await expect(keysOf({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  it('skips pins that cannot be read, and says so when asked for one', async () => {
    await store(2)
    await datastore.put(`/r/${pinKey(cidOf(0))}/v`, Buffer.from('ffff', 'hex'))
    expect((await Array.fromAsync(state.list())).map(({ name }) => name)).toEqual(['pin 1'])
    await expect(state.get(cidOf(0))).rejects.toMatchObject({ code: 'ERR_BAD_ENCODING' })
  })
})
