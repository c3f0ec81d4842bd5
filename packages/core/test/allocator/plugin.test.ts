import { describe, expect, it } from '@jest/globals'
import { ClusterError, defaultPinOptions, pinWithOptions } from '@ipfs-cluster/api'
import type { PeerId } from '@ipfs-cluster/api'
import { pluginAllocator } from '../../src/allocator/index.ts'
import type { Allocator, PluginAllocatorComponents, PluginAllocatorInit } from '../../src/allocator/index.ts'
import { testCid, testPin } from '../pintracker/fakes.ts'
import { metric, peer, published } from './metrics.ts'

const [A, B, C, STRANGER] = [1, 2, 3, 99].map(peer) as [PeerId, PeerId, PeerId, PeerId]
const options = { ...defaultPinOptions(), replicationFactorMin: 1, replicationFactorMax: 2 }
const pin = pinWithOptions(testCid(1), options)
const metrics = published([A, B, C].flatMap((each) => [metric('ping', each), metric('freespace', each)]))
const plugin = { part: 'allocator', module: './mine.mjs' }

type Make = (components: PluginAllocatorComponents) => unknown

function withPlugin(make: Make, init: Partial<PluginAllocatorInit> = {}): Allocator {
  const isTrusted = (each: PeerId): boolean => each !== C
  return pluginAllocator({ plugin, make, allocateBy: ['freespace'], ...init })({ metrics, isTrusted })
}

/** An allocator that gives the same answer to everything. */
function giving(answer: unknown, init: Partial<PluginAllocatorInit> = {}): Allocator {
  return withPlugin(() => ({ allocate: () => answer }), init)
}

describe('an allocator of the user', () => {
  it('decides', async () => {
    expect(await giving([C, A]).allocate({ pin })).toEqual([C, A])
    expect(await giving(Promise.resolve([B])).allocate({ pin })).toEqual([B])
  })

  it('can ask the usual one, and pass on that there are too few peers', async () => {
    const same = withPlugin(({ balanced }) => balanced)
    expect(await same.allocate({ pin })).toEqual([A, B])
    const many = { ...pin, replicationFactorMin: 9, replicationFactorMax: 9 }
    await expect(same.allocate({ pin: many })).rejects.toMatchObject({ code: 'ERR_NOT_ENOUGH_PEERS' })
  })

  it('keeps its own this', async () => {
    class Mine {
      readonly peers = [B]
      allocate(): PeerId[] {
        return this.peers
      }
    }
    expect(await withPlugin(() => new Mine()).allocate({ pin })).toEqual([B])
  })

  it.each([
    ['no list', 'all of them', 'not a list of peer IDs'],
    ['a list of something else', [1, 2], 'not a list of peer IDs'],
    ['nothing', undefined, 'not a list of peer IDs'],
    ['too many', [A, B, C], 'the answer has 3 peers, the pin may have 2 at most'],
    ['too few', [], 'the answer has 0 peers, the pin needs 1 at least'],
    ['one twice', [A, A], 'the answer has a peer twice'],
    ['a stranger', [A, STRANGER], 'which is no peer of this cluster'],
    ['one that is excluded', [B], 'which is excluded']
  ])('may not give %s', async (_, answer, words) => {
    const failing = giving(answer).allocate({ pin, exclude: [B] })
    await expect(failing).rejects.toMatchObject({ code: 'ERR_PLUGIN', message: expect.stringContaining(words) })
    await expect(failing).rejects.toThrow('allocator plugin ./mine.mjs: ')
  })

  it('may not go round the settings about trust', async () => {
    const trusted = { pinOnlyOnTrustedPeers: true }
    await expect(giving([C], trusted).allocate({ pin })).rejects.toThrow('settings about trust')
    expect(await giving([A], trusted).allocate({ pin })).toEqual([A])
  })

  it('may leave all as it is', async () => {
    const existing = testPin(testCid(1), { allocations: [A, STRANGER, C] })
    const stored = existing.allocations
    expect(await giving(stored).allocate({ pin, existing, exclude: [A] })).toEqual(stored)
    await expect(giving([STRANGER, A]).allocate({ pin, existing, exclude: [A] })).rejects.toThrow('excluded')
  })

  it.each([
    ['throws', () => ({ allocate: (): never => thrown() })],
    ['rejects', () => ({ allocate: async (): Promise<never> => thrown() })]
  ])('is named when it %s', async (_, make) => {
    const error = { code: 'ERR_PLUGIN', message: 'allocator plugin ./mine.mjs: broken' }
    await expect(withPlugin(make).allocate({ pin })).rejects.toMatchObject(error)
  })

  it('has so much time, and no more than a thousand pins wait for it', async () => {
    const silent = withPlugin(() => ({ allocate: () => new Promise(() => {}) }), { timeout: 1 })
    const asked = Array.from({ length: 1001 }, () => silent.allocate({ pin }))
    const answers = await Promise.allSettled(asked)
    const reasons = new Set(answers.map((each) => (each.status === 'rejected' ? String(each.reason) : 'given')))
    expect([...reasons]).toEqual(
      expect.arrayContaining([
        expect.stringContaining('no answer within 0.001 s'),
        expect.stringContaining('1000 calls are without an answer')
      ])
    )
    expect(reasons.size).toBe(2)
  })

  it('does not fail for a caller who gives up', async () => {
    const caller = new AbortController()
    const silent = withPlugin(() => ({ allocate: () => new Promise(() => {}) }))
    const asked = silent.allocate({ pin }, { signal: caller.signal })
    caller.abort(new Error('enough'))
    await expect(asked).rejects.toThrow(/^enough$/)
  })

  it.each([
    ['nothing', () => undefined],
    ['no allocator', () => ({ allocation: 1 })],
    ['an error', () => thrown()]
  ])('must be made: not %s', (_, make) => {
    expect(() => withPlugin(make)).toThrow(ClusterError)
    expect(() => withPlugin(make)).toThrow('allocator plugin ./mine.mjs: ')
  })
})

function thrown(): never {
  throw new Error('broken')
}
