import { once } from 'node:events'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { BlockId } from '@ipfs-cluster/core/blocks'
import { cidOfBlockId } from '@ipfs-cluster/core/blocks'
import { nullLogger } from '@ipfs-cluster/core/util'
import type { StretchRequest } from '../../../src/blocks/deltas/messages.ts'
import { Prefetcher } from '../../../src/blocks/deltas/prefetcher.ts'
import type { PrefetcherInit } from '../../../src/blocks/deltas/prefetcher.ts'
import { WalkDown } from '../../../src/blocks/deltas/walk-down.ts'
import type { DeltaBlock } from '../../../src/consensus/crdt/delta-block.ts'
import { until } from '../../helpers/until.ts'
import { blockUpon, chainOf, MapBlocks } from '../support.ts'

const { signal } = new AbortController()
const prefetchers: Prefetcher[] = []

afterEach(async () => {
  for (const prefetcher of prefetchers.splice(0)) await prefetcher.stop()
})

/** A prefetcher for a replica that has nothing, with what it asked for. */
function setUp(
  blocks: readonly DeltaBlock[],
  init: Partial<PrefetcherInit> = {}
): { prefetcher: Prefetcher; wants: BlockId[]; asks: string[]; merged: Set<BlockId> } {
  const wants: BlockId[] = []
  const asks: string[] = []
  const merged = new Set<BlockId>()
  const bytes = new Map(blocks.map((block) => [block.id, block.bytes]))
  const prefetcher = new Prefetcher({
    peers: () => [],
    ask: (peer, request, end) => {
      asks.push(peer)
      return init.ask?.(peer, request, end) ?? stretch(blocks, request)
    },
    want: async (id, end) => {
      wants.push(id)
      await new Promise(setImmediate)
      return init.want?.(id, end) ?? { bytes: bytes.get(id)!, from: init.peers?.()[0] ?? 'somebody' }
    },
    mergedOf: async (ids) => new Set(ids.filter((id) => merged.has(id))),
    onBlock: () => {},
    log: nullLogger.forComponent('test'),
    ...(init.peers && { peers: init.peers }),
    ...(init.patience !== undefined && { patience: init.patience })
  })
  prefetchers.push(prefetcher)
  return { prefetcher, wants, asks, merged }
}

/** What a peer with these blocks sends: one after the other, or only so many. */
async function* stretch(
  blocks: readonly DeltaBlock[],
  request: StretchRequest,
  limit = Infinity,
  end: 'error' | 'silence' = 'error'
): AsyncGenerator<Uint8Array[]> {
  for await (const bytes of new WalkDown(new MapBlocks(blocks)).run(request)) {
    if (limit-- === 0) {
      if (end === 'silence') return
      throw new Error('the connection was lost')
    }
    yield [bytes]
  }
}

function bytesOf(blocks: readonly DeltaBlock[], id: BlockId): Uint8Array {
  const block = blocks.find((each) => each.id === id)
  if (block === undefined) throw new Error('there is no such block')
  return block.bytes
}

/** Takes all blocks below one in the order in which a replica would ask for them. */
async function takeAll(prefetcher: Prefetcher, from: DeltaBlock, all: readonly DeltaBlock[]): Promise<number> {
  const byId = new Map(all.map((block) => [block.id, block]))
  const asked = new Set(from.links)
  for (const id of asked) {
    const bytes = await prefetcher.take(id, { signal })
    if (bytes === undefined) throw new Error('the replica would have to get the block itself')
    expect(Buffer.from(bytes)).toEqual(Buffer.from(byId.get(id)!.bytes))
    for (const link of byId.get(id)!.links) asked.add(link)
  }
  return asked.size
}

/** Layers of blocks, each upon all blocks of the layer before, under one top. */
function ladder(height: number, width: number): DeltaBlock[] {
  const all: DeltaBlock[] = []
  for (let i = 0; i < height; i++) {
    const below = all.slice(-width)
    all.push(...Array.from({ length: width }, (_, j) => blockUpon(below, `${i} ${j}`)))
  }
  return [...all, blockUpon(all.slice(-width), 'top')]
}

describe('Prefetcher', () => {
  it('gets every block once where the DAG is full of crossings, one by one or in a stream', async () => {
    const blocks = ladder(30, 5)
    const top = blocks.at(-1)!
    const alone = setUp(blocks)
    alone.prefetcher.fetch(top.links, [], 'giver')
    expect(await takeAll(alone.prefetcher, top, blocks)).toBe(150)
    expect(alone.wants).toHaveLength(150)

    const helped = setUp(blocks, { peers: () => ['a', 'b'] })
    helped.prefetcher.fetch(top.links, [], 'b')
    expect(await takeAll(helped.prefetcher, top, blocks)).toBe(150)
    expect([helped.wants, helped.asks]).toEqual([[], ['b']])
  })

  it('asks the next peer for the rest when one breaks off, and then everybody', async () => {
    const blocks = ladder(20, 3)
    const top = blocks.at(-1)!
    const { prefetcher, wants, asks } = setUp(blocks, {
      peers: () => ['a', 'b'],
      ask: (_peer, request) => stretch(blocks, request, 20)
    })
    prefetcher.fetch(top.links, [], 'a')
    expect(await takeAll(prefetcher, top, blocks)).toBe(60)
    expect(asks).toEqual(['a', 'b'])
    expect(wants).toHaveLength(20)
    expect(new Set(wants).size).toBe(20)
  })

  it('asks a peer again that had nothing and gives a block now: it is taking in the same ones', async () => {
    const blocks = chainOf(400)
    const top = blocks.at(-1)!
    const { prefetcher, wants, asks } = setUp(blocks, {
      peers: () => ['ahead'],
      ask: (_peer, request) => stretch(blocks.slice(wants.length < 10 ? 380 : 0), request)
    })
    prefetcher.fetch(top.links, [], 'ahead')
    expect(await takeAll(prefetcher, top, blocks)).toBe(399)
    expect(asks.length).toBeLessThan(10)
    expect(wants.length).toBeLessThan(40)
  })

  it('asks a peer for all that is missing that joins while blocks are asked for one by one', async () => {
    const blocks = chainOf(400)
    const top = blocks.at(-1)!
    const { prefetcher, wants, asks } = setUp(blocks, { peers: () => (wants.length < 10 ? [] : ['new']) })
    prefetcher.fetch(top.links, [], 'of the Go release')
    expect(await takeAll(prefetcher, top, blocks)).toBe(399)
    expect([asks, wants.length]).toEqual([['new'], 10])
  })

  it.each([0, 20])(
    'goes on with others when a peer falls silent after %d blocks, and asks it again later',
    async (count) => {
      const blocks = chainOf(100)
      const top = blocks.at(-1)!
      const { prefetcher, wants, asks } = setUp(blocks, {
        patience: 1,
        peers: () => ['gone'],
        ask: async function* (_peer, request, end) {
          yield* stretch(blocks, request, asks.length > 1 ? 0 : count, 'silence')
          await once(end, 'abort')
          end.throwIfAborted()
        },
        want: async (id) => ({ bytes: bytesOf(blocks, id), from: 'of the Go release' })
      })
      prefetcher.fetch(top.links, [], 'of the Go release')
      expect(await takeAll(prefetcher, top, blocks)).toBe(99)
      expect(asks).toHaveLength(count === 0 ? 1 : 2)
      expect(new Set(wants).size).toBe(99 - count)
    }
  )

  it('waits for a peer that is slow to begin, but gives blocks', async () => {
    const blocks = chainOf(400)
    const top = blocks.at(-1)!
    const isAsked = Promise.withResolvers<void>()
    const { prefetcher, wants, asks } = setUp(blocks, {
      patience: 1,
      peers: () => ['slow'],
      ask: async function* (_peer, request) {
        await isAsked.promise
        await new Promise(setImmediate)
        yield* stretch(blocks, request)
      },
      want: async (id) => {
        isAsked.resolve()
        return { bytes: bytesOf(blocks, id), from: 'slow' }
      }
    })
    prefetcher.fetch(top.links, [], 'of the Go release')
    expect(await takeAll(prefetcher, top, blocks)).toBe(399)
    expect(asks).toEqual(['slow'])
    expect(wants.length).toBeLessThan(40)
  })

  it('does not listen to a peer that sends what was not asked for', async () => {
    const blocks = chainOf(10)
    const top = blocks.at(-1)!
    const { prefetcher, wants, asks } = setUp(blocks, {
      peers: () => ['liar'],
      ask: async function* () {
        yield [blocks[0]!.bytes]
      }
    })
    prefetcher.fetch(top.links, [], 'liar')
    expect(await takeAll(prefetcher, top, blocks)).toBe(9)
    expect([asks, wants.length]).toEqual([['liar'], 9])
  })

  it('stops at what the replica has', async () => {
    const blocks = chainOf(20)
    const { prefetcher, wants, merged } = setUp(blocks)
    for (const { id } of blocks.slice(0, 12)) merged.add(id)
    prefetcher.fetch(blocks[18]!.links, [], 'giver')
    for (let i = 17; i >= 12; i--) expect(await prefetcher.take(blocks[i]!.id, { signal })).toBeDefined()
    expect(await prefetcher.take(blocks[11]!.id, { signal })).toBeUndefined()
    expect(wants).toEqual([17, 16, 15, 14, 13, 12].map((i) => blocks[i]!.id))
  })

  it('asks no more for a block that the replica got in another way meanwhile', async () => {
    const blocks = chainOf(6)
    const [, lower, wanted] = blocks
    const { prefetcher, wants, merged } = setUp(blocks, {
      peers: () => ['a'],
      // What was merged since is left out, as by a peer that is told what is known.
      ask: async function* () {
        for (const { id } of blocks.slice(0, 3)) merged.add(id)
      }
    })
    prefetcher.fetch([wanted!.id], [], 'a')
    expect(await prefetcher.take(wanted!.id, { signal })).toBeUndefined()
    prefetcher.fetch([blocks[4]!.id], [], 'a')
    expect(await prefetcher.take(blocks[4]!.id, { signal })).toBeDefined()
    expect(await prefetcher.take(blocks[3]!.id, { signal })).toBeDefined()
    expect(await prefetcher.take(lower!.id, { signal })).toBeUndefined()
    expect(wants).toEqual([wanted, blocks[4], blocks[3]].map((block) => block!.id))
  })

  it('lets the replica get a block itself when nobody has it', async () => {
    const blocks = chainOf(3)
    const { prefetcher } = setUp(blocks, {
      peers: () => ['a'],
      ask: async function* () {}
    })
    const missing = blocks[1]!.id
    const failing = setUp([]).prefetcher
    failing.fetch([missing], [], 'giver')
    expect(await failing.take(missing, { signal })).toBeUndefined()
    expect(await prefetcher.take(missing, { signal })).toBeUndefined()
    prefetcher.fetch([missing], [cidOfBlockId(blocks[0]!.id)], 'a')
    expect(await prefetcher.take(missing, { signal })).toBeDefined()
  })

  it('can be stopped while it waits', async () => {
    const { prefetcher, asks } = setUp([], {
      peers: () => ['a'],
      ask: async function* (_peer, _request, end) {
        yield []
        await new Promise((_resolve, reject) => end.addEventListener('abort', () => reject(new Error('stopped'))))
      }
    })
    const [only] = chainOf(1)
    prefetcher.fetch([only!.id], [], 'a')
    const waiting = prefetcher.take(only!.id, { signal })
    await until(() => asks.length > 0)
    await prefetcher.stop()
    expect(await waiting).toBeUndefined()
  })
})
