import { defaultAddParams } from '@ipfs-cluster/api'
import { adder } from '@ipfs-cluster/core/adder'
import { expect, it } from '@jest/globals'
import { encode, createNode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { file, MemorySink, NO_SHARDS, noise, runAdd, toAsync } from '../support.ts'
import { blockOf, carOf } from './cars.ts'

const DAG_PB = 0x70

const unixfs = (node: UnixFS): Uint8Array => encode(createNode(node.marshal(), []))

it('the roots are pinned, and each is told with the bytes of all blocks and the size of its file', async () => {
  const blocks = [
    blockOf(unixfs(new UnixFS({ type: 'file', data: Buffer.from('twelve bytes') })), 'sha2-256', DAG_PB),
    blockOf(unixfs(new UnixFS({ type: 'directory' })), 'sha2-256', DAG_PB),
    blockOf('raw'),
    blockOf(Buffer.from('a0', 'hex'), 'sha2-256', 0x71),
    blockOf('{}', 'sha2-256', 0x0129)
  ]
  const car = await carOf(
    blocks,
    blocks.map(({ cid }) => cid)
  )
  const { outputs, pinned, sink, error } = await runAdd([file('x.car', car)], { format: 'car' })
  expect(error).toBeUndefined()
  const bytes = blocks.reduce((sum, { data }) => sum + data.length, 0)
  expect(outputs).toEqual(
    [12, 0, 3, 0, 0].map((size, i) => ({
      name: 'x.car',
      cid: blocks[i]?.cid,
      bytes,
      size,
      allocations: sink.allocations
    }))
  )
  expect(pinned.map(String)).toEqual(blocks.map(({ cid }) => cid.toString()))
  expect(sink.blocks.map(({ cid }) => cid.toString())).toEqual(blocks.map(({ cid }) => cid.toString()))
})

it('a root that is named again and again is pinned once', async () => {
  const [one, two] = [blockOf('one'), blockOf('two')]
  const { outputs, pinned } = await runAdd(
    [file('x.car', await carOf([one, two], [one.cid, two.cid, one.cid, one.cid]))],
    { format: 'car' }
  )
  expect(outputs).toHaveLength(4)
  expect(pinned.map(String)).toEqual([one.cid.toString(), two.cid.toString()])
})

it('roots are pinned many at a time, and not all at once', async () => {
  const roots = Array.from({ length: 350 }, (_, i) => blockOf(String(i)).cid)
  let underWay = 0
  let most = 0
  const component = adder()({
    openSink: async () => new MemorySink(),
    pin: async () => {
      most = Math.max(most, ++underWay)
      await new Promise(setImmediate)
      underWay--
    },
    shards: NO_SHARDS
  })
  const entries = toAsync([file('x.car', await carOf([blockOf('0')], roots))])
  expect(await Array.fromAsync(component.add(entries, { ...defaultAddParams(), format: 'car' }))).toHaveLength(350)
  expect(most).toBeGreaterThan(10)
  expect(most).toBeLessThanOrEqual(100)
})

it('a root need not be in the CAR', async () => {
  const absent = blockOf('absent').cid
  const { outputs, pinned } = await runAdd([file('x', await carOf([blockOf('there')], [absent]))], {
    format: 'car',
    noPin: true
  })
  expect(outputs.map(({ cid, size }) => [String(cid), size])).toEqual([[absent.toString(), 0]])
  expect(pinned).toEqual([])
})

it.each([
  ['blocks', carOf([], [blockOf('x').cid]), {}, 'the CAR has no blocks'],
  ['roots', carOf([blockOf('x')], []), {}, 'empty car, no roots'],
  ['a folder around it', carOf([blockOf('x')]), { wrap: true }, 'cannot wrap a CAR file upload'],
  [
    'a single root for its shards',
    carOf([blockOf('x'), blockOf('y')], [blockOf('x').cid, blockOf('y').cid]),
    { shard: true, shardSize: 100 },
    'only CAR files with a single root can be sharded'
  ]
])('nothing is pinned without %s', async (_, car, params, message) => {
  const { error, pinned } = await runAdd([file('x.car', await car)], { format: 'car', ...params })
  expect((error as Error).message).toBe(message)
  expect(pinned).toEqual([])
})

it('nothing is pinned when the end is missing', async () => {
  const car = await carOf([blockOf(noise(1000)), blockOf(noise(1000, 2))])
  const { error, outputs, pinned, sink } = await runAdd([file('x.car', car.subarray(0, -1))], { format: 'car' })
  expect((error as Error).message).toBe('unexpected EOF')
  expect([outputs, pinned]).toEqual([[], []])
  expect(sink.abortReason).toBe(error)
})
