import { describe, expect, it } from '@jest/globals'
import * as dagCbor from '@ipld/dag-cbor'
import { ClusterError, defaultAddParams } from '@ipfs-cluster/api'
import type { AddedOutput, AddParams, Pin } from '@ipfs-cluster/api'
import { adder } from '@ipfs-cluster/core/adder'
import type { CID } from 'multiformats/cid'
import type { AddEntry } from '../../../src/adder/interface.ts'
import type { Block } from '../../../src/ipfs/interface.ts'
import { file, MemorySink, noise, runAdd, toAsync } from '../support.ts'

const PARAMS: Partial<AddParams> = { shard: true, shardSize: 100_000, chunker: 'size-10000', name: 'big' }

interface Result {
  outputs: AddedOutput[]
  sinks: MemorySink[]
  loads: Record<string, number>[]
  pins: Pin[]
  unpinned: Pin[]
  local: Block[]
  error: unknown
}

/** Adds to peers that are called after the number of their shard, in turn of three. */
async function run(
  entries: AddEntry[],
  params: Partial<AddParams> = {},
  fail?: (pin: Pin) => void,
  known: (pin: Pin) => boolean = () => false
): Promise<Result> {
  const result: Result = { outputs: [], sinks: [], loads: [], pins: [], unpinned: [], local: [], error: undefined }
  const component = adder()({
    openSink: async (_, { load = new Map() }) => {
      result.loads.push(Object.fromEntries(load))
      const sink = Object.assign(new MemorySink(), { allocations: [`peer${result.sinks.length % 3}`] })
      result.sinks.push(sink)
      return sink
    },
    pin: async () => expect('a pin of the whole').toBe('none'),
    shards: {
      putLocal: async (blocks) => void result.local.push(...blocks),
      pinPart: async (pin) => {
        fail?.(pin)
        result.pins.push(pin)
        return !known(pin)
      },
      unpinParts: async (pins) => void result.unpinned.push(...pins)
    }
  })
  try {
    for await (const output of component.add(toAsync(entries), { ...defaultAddParams(), ...PARAMS, ...params })) {
      result.outputs.push(output)
    }
  } catch (err) {
    result.error = err
  }
  return result
}

const links = ({ data }: Block): CID[] => Object.values(dagCbor.decode<Record<string, CID>>(data))

describe('a sharded add', () => {
  it('puts each block in one shard, which lists it as a raw one, and no shard is too large', async () => {
    const entry = file('f', noise(450_000))
    const { outputs, sinks, local, pins, error } = await run([entry])
    expect(error).toBeUndefined()
    const whole = await runAdd([file('f', noise(450_000))], { chunker: 'size-10000' })
    const stored = sinks.flatMap(({ blocks }) => blocks.slice(0, -1))
    expect(stored.map(({ cid }) => cid.toString())).toEqual(whole.sink.blocks.map(({ cid }) => cid.toString()))
    for (const { blocks } of sinks) {
      const list = links(blocks.at(-1)!)
      expect(list.map((cid) => [cid.code, cid.multihash.digest])).toEqual(
        blocks.slice(0, -1).map(({ cid }) => [0x55, cid.multihash.digest])
      )
      expect(blocks.slice(0, -1).reduce((sum, { data }) => sum + data.length, 0)).toBeLessThan(100_000)
    }
    const shards = sinks.map(({ blocks }) => blocks.at(-1)!.cid.toString())
    expect(links(local[0]!).map(String)).toEqual(shards)
    expect(outputs.map(({ name }) => name)).toEqual([
      ...shards.slice(1).map((_, i) => `shard-${i}`),
      'f',
      `shard-${shards.length - 1}`,
      'big-clusterDAG'
    ])
    expect(pins.slice(0, -2).map(({ cid }) => cid.toString())).toEqual(shards)
  })

  it('pins shards, cluster DAG and item as a Go peer does', async () => {
    const { outputs, pins, sinks } = await run([file('f', noise(150_000))], {
      replicationFactorMin: 1,
      replicationFactorMax: 2
    })
    const [first, second, dag, item] = pins
    const common = { replicationFactorMin: 1, replicationFactorMax: 2 }
    const size = (index: number): number =>
      sinks[index]!.blocks.slice(0, -1).reduce((sum, { data }) => sum + data.length, 0)
    expect(pins).toMatchObject([
      {
        ...common,
        name: 'big-shard-0',
        type: 'shard-pin',
        mode: 'recursive',
        maxDepth: 1,
        shardSize: size(0),
        allocations: ['peer0'],
        reference: null
      },
      {
        ...common,
        name: 'big-shard-1',
        type: 'shard-pin',
        mode: 'recursive',
        maxDepth: 1,
        shardSize: size(1),
        allocations: ['peer1'],
        reference: first!.cid
      },
      {
        replicationFactorMin: -1,
        replicationFactorMax: -1,
        name: 'big-clusterDAG',
        type: 'clusterdag-pin',
        mode: 'direct',
        maxDepth: 0,
        shardSize: 100_000,
        allocations: [],
        reference: item!.cid
      },
      {
        ...common,
        name: 'big',
        type: 'meta-pin',
        mode: 'direct',
        maxDepth: 0,
        shardSize: 100_000,
        allocations: [],
        reference: dag!.cid
      }
    ])
    expect(outputs.slice(-2)).toEqual([
      { name: 'shard-1', cid: second!.cid, bytes: 0, size: size(1), allocations: ['peer1'] },
      { name: 'big-clusterDAG', cid: dag!.cid, bytes: 0, size: size(0) + size(1), allocations: [] }
    ])
    expect(outputs.find(({ name }) => name === 'f')?.cid).toEqual(item!.cid)
  })

  it('tells how many shards each peer has got', async () => {
    const { loads } = await run([file('f', noise(350_000))])
    expect(loads).toEqual([{}, { peer0: 1 }, { peer0: 1, peer1: 1 }, { peer0: 1, peer1: 1, peer2: 1 }])
  })

  it('stores what comes again in a shard once', async () => {
    const { sinks } = await run([file('zeros', new Uint8Array(1_000_000))])
    expect(sinks).toHaveLength(1)
    // A chunk, the last one, which holds fewer links than others, and the nodes above.
    expect(new Set(sinks[0]!.blocks.map(({ cid }) => cid.toString())).size).toBe(sinks[0]!.blocks.length)
  })

  it('lists the blocks of a shard with very many of them on two levels', async () => {
    const entries = Array.from({ length: 6000 }, (_, i) => file(`d/${i}`, String(i)))
    const { sinks } = await run(entries, { shardSize: 10_000_000, rawLeaves: true })
    const [root, ...lists] = sinks[0]!.blocks.slice(-3)
    expect(links(root!).map(String)).toEqual(lists.map(({ cid }) => cid.toString()))
    expect(lists.map((list) => links(list).length)).toEqual([5984, 17])
  })

  it('pins nothing when it is not to', async () => {
    const { pins, error } = await run([file('f', noise(150_000))], { noPin: true })
    expect([pins, error]).toEqual([[], undefined])
  })

  it('takes back the pins that it has made when it fails, and no others', async () => {
    const fail = ({ type }: Pin): void => {
      if (type === 'meta-pin') throw new ClusterError('ERR_PIN_CONFLICT', 'it is pinned as a whole')
    }
    const known = ({ name }: Pin): boolean => name === 'big-shard-1'
    const { pins, unpinned, error } = await run([file('f', noise(250_000))], {}, fail, known)
    expect(error).toMatchObject({ message: 'it is pinned as a whole' })
    expect(pins.map(({ name }) => name)).toEqual(['big-shard-0', 'big-shard-1', 'big-shard-2', 'big-clusterDAG'])
    expect(unpinned.map(({ name }) => name)).toEqual(['big-clusterDAG', 'big-shard-2', 'big-shard-0'])
  })

  it('takes them back when the content breaks off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield noise(150_000)
      throw new Error('the line is dead')
    }
    const { unpinned, sinks, error } = await run([file('f', broken())])
    expect(error).toMatchObject({ message: 'the line is dead' })
    expect(unpinned.map(({ name }) => name)).toEqual(['big-shard-0'])
    expect(sinks[1]!.abortReason).toBe(error)
  })
})
