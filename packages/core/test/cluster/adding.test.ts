import { beforeEach, describe, expect, it } from '@jest/globals'
import { ClusterError, defaultAddParams } from '@ipfs-cluster/api'
import type { AddParams, PeerId } from '@ipfs-cluster/api'
import { openSink } from '../../src/cluster/adding.ts'
import type { AddingComponents } from '../../src/cluster/adding.ts'
import { NO_NETWORK } from '../../src/cluster/members.ts'
import type { Block } from '../../src/ipfs/interface.ts'
import { memoryLogger } from '../helpers/memory-logger.ts'
import { testCid } from '../pintracker/fakes.ts'

const PEERS = ['a', 'b', 'c', 'd', 'e']

let logs: ReturnType<typeof memoryLogger>
let received: Map<PeerId, Block[]>
let broken: Set<PeerId>

/** A cluster whose allocator takes the first peers that are not excluded. */
function cluster(
  peerId: PeerId,
  { copies, min = copies, peers = PEERS }: { copies: number; min?: number; peers?: readonly PeerId[] }
): AddingComponents {
  return {
    peerId,
    log: logs.logger.forComponent('cluster'),
    metrics: { latest: () => peers.map((peer) => ({ peer })) } as unknown as AddingComponents['metrics'],
    pinning: {
      allocate: async (_options, _cid, { exclude = [] } = {}) => {
        const left = peers.filter((peer) => !exclude.includes(peer)).slice(0, copies)
        if (left.length < min) throw new ClusterError('ERR_NOT_ENOUGH_PEERS', 'not enough peers')
        return left
      }
    },
    member: (peer) => ({
      ...NO_NETWORK.member(peer),
      putBlocks: async (blocks) => {
        const taken: Block[] = []
        received.set(peer, taken)
        for await (const block of blocks) {
          if (broken.has(peer)) throw new Error('no space left')
          taken.push(block)
        }
      }
    })
  }
}

const params = (change: Partial<AddParams> = {}): AddParams => ({ ...defaultAddParams(), ...change })

beforeEach(() => {
  logs = memoryLogger()
  received = new Map()
  broken = new Set()
})

describe('where the blocks of an add go', () => {
  it('is to all peers that it is allocated to, at once', async () => {
    const sink = await openSink(cluster('a', { copies: 3 }), params(), {})
    await sink.put({ cid: testCid(1), data: new Uint8Array(1) })
    await sink.close()
    expect(sink.allocations).toEqual(['a', 'b', 'c'])
    expect([...received].map(([peer, blocks]) => [peer, blocks.length])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1]
    ])
  })

  it('is to this peer alone with `local`, which then keeps it', async () => {
    const sink = await openSink(cluster('e', { copies: 2 }), params({ local: true }), {})
    await sink.close()
    expect(sink.allocations).toEqual(['a', 'e'])
    expect([...received.keys()]).toEqual(['e'])
  })

  it('is not to be pinned there when others were asked for', async () => {
    const sink = await openSink(cluster('e', { copies: 2 }), params({ local: true, userAllocations: ['a'] }), {})
    await sink.put({ cid: testCid(1), data: new Uint8Array(1), pin: true })
    await sink.close()
    expect(sink.allocations).toEqual(['a', 'b'])
    expect(received.get('e')).toMatchObject([{ pin: false }])
  })

  it('may lose peers as long as one is left, which the log says', async () => {
    broken.add('b')
    const sink = await openSink(cluster('a', { copies: 2 }), params(), {})
    await sink.put({ cid: testCid(1), data: new Uint8Array(1) })
    await sink.close()
    expect(logs.lines.join('\n')).toContain('adding: b takes no more blocks: no space left')
    expect(received.get('a')).toHaveLength(1)
  })

  it('fails when none is left', async () => {
    broken = new Set(PEERS)
    const sink = await openSink(cluster('a', { copies: 2 }), params(), {})
    await sink.put({ cid: testCid(1), data: new Uint8Array(1) })
    await expect(sink.close()).rejects.toMatchObject({
      code: 'ERR_BLOCK_PUT',
      message: 'failed to put block on all destinations: no space left'
    })
  })
})

describe('parts of one add', () => {
  /** How many of so many parts each peer gets. */
  async function spread(
    parts: number,
    components: AddingComponents,
    change: Partial<AddParams> = {}
  ): Promise<Record<PeerId, number>> {
    const load = new Map<PeerId, number>()
    for (let i = 0; i < parts; i++) {
      const { allocations } = await openSink(components, params({ shard: true, ...change }), { load })
      for (const peer of allocations) load.set(peer, (load.get(peer) ?? 0) + 1)
    }
    return Object.fromEntries(load)
  }

  it('go to all peers in turn', async () => {
    expect(await spread(10, cluster('a', { copies: 1 }))).toEqual({ a: 2, b: 2, c: 2, d: 2, e: 2 })
    expect(await spread(10, cluster('a', { copies: 2 }))).toEqual({ a: 4, b: 4, c: 4, d: 4, e: 4 })
    expect(await spread(10, cluster('a', { copies: 3 }))).toEqual({ a: 6, b: 6, c: 6, d: 6, e: 6 })
  })

  it('have as many copies as they can have, even where they could do with fewer', async () => {
    const counts = await spread(3, cluster('a', { copies: 2, min: 1, peers: ['a', 'b', 'c'] }))
    expect(counts).toEqual({ a: 2, b: 2, c: 2 })
  })

  it('go where the user wants them', async () => {
    expect(await spread(4, cluster('a', { copies: 1 }), { userAllocations: ['a'] })).toEqual({ a: 4 })
  })

  it('go to every peer when all are to have them', async () => {
    expect(await spread(2, cluster('a', { copies: 0, min: 0 }))).toEqual({ a: 2, b: 2, c: 2, d: 2, e: 2 })
  })
})
