import { describe, expect, it } from '@jest/globals'
import type { Metric, PeerId } from '@ipfs-cluster/api'
import { defaultPinOptions, pinWithOptions } from '@ipfs-cluster/api'
import fc from 'fast-check'
import { metricsAllocator } from '../../src/allocator/index.ts'
import { MetricStore } from '../../src/monitor/index.ts'
import { testCid, testPin } from '../pintracker/fakes.ts'
import { metric, peer, published } from './metrics.ts'

const [A, B, C, D, GONE] = [peer(1), peer(2), peer(3), peer(4), peer(99)]

/** The further back in the list, the less room. */
function freespace(...peers: PeerId[]): Metric[] {
  return peers.map((each, index) => metric('freespace', each, { weight: BigInt(100 - index) }))
}

function groups(...peers: PeerId[]): Metric[] {
  return peers.map((each) => metric('tag:group', each, { value: 'default', partitionable: true }))
}

const pin = pinWithOptions(testCid(1), { ...defaultPinOptions(), replicationFactorMin: 1, replicationFactorMax: 2 })
const metrics = published([...groups(A, B, C), ...freespace(D, B, A)])

describe('the allocator', () => {
  it('takes peers that have all metrics, by these', async () => {
    expect(await metricsAllocator()({ metrics }).allocate({ pin })).toEqual([B, A])
    expect(await metricsAllocator({ allocateBy: ['freespace'] })({ metrics }).allocate({ pin })).toEqual([D, B])
  })

  it.each([['unknown'], ['freespace,freespace'], ['']])('has nobody for the metrics %j', async (names) => {
    const allocator = metricsAllocator({ allocateBy: names.split(',') })({ metrics })
    await expect(allocator.allocate({ pin })).rejects.toMatchObject({ code: 'ERR_NOT_ENOUGH_PEERS' })
  })

  it('needs a metric to go by', () => {
    expect(() => metricsAllocator({ allocateBy: [] })({ metrics })).toThrow('metricalloc.allocate_by is invalid')
  })

  it('keeps who has it, prefers whom the user names, and leaves out who is to be left out', async () => {
    const allocator = metricsAllocator()({ metrics })
    const existing = testPin(testCid(1), { allocations: [A, GONE] })
    expect(await allocator.allocate({ pin, existing })).toEqual([A, GONE])
    expect(await allocator.allocate({ pin, existing, exclude: [A] })).toEqual([B])
    expect(await allocator.allocate({ pin: { ...pin, userAllocations: [A, GONE] } })).toEqual([A, B])
  })

  it('follows the metrics', async () => {
    const live = freespace(A, B)
    const allocator = metricsAllocator({ allocateBy: ['freespace'] })({ metrics: published(live) })
    expect(await allocator.allocate({ pin })).toEqual([A, B])
    live.push(metric('freespace', C, { weight: 1000n }))
    expect(await allocator.allocate({ pin })).toEqual([C, A])
    live.shift()
    expect(await allocator.allocate({ pin })).toEqual([C, B])
    expect(await allocator.allocate({ pin, exclude: [C] })).toEqual([B])
    expect(await allocator.allocate({ pin })).toEqual([C, B])
  })

  it('looks at trust if it is to, each time anew', async () => {
    const trusted = new Set([A])
    const components = { metrics, isTrusted: (each: PeerId) => trusted.has(each) }
    const onlyTrusted = metricsAllocator({ pinOnlyOnTrustedPeers: true })(components)
    const onlyOthers = metricsAllocator({ pinOnlyOnUntrustedPeers: true })(components)
    expect(await onlyTrusted.allocate({ pin })).toEqual([A])
    expect(await onlyOthers.allocate({ pin })).toEqual([B])
    trusted.add(B)
    expect(await onlyTrusted.allocate({ pin })).toEqual([B, A])
    await expect(onlyOthers.allocate({ pin })).rejects.toMatchObject({ code: 'ERR_NOT_ENOUGH_PEERS' })
  })

  it('cannot look at trust that nobody knows of, or both ways', () => {
    expect(() => metricsAllocator({ pinOnlyOnTrustedPeers: true })({ metrics })).toThrow('isTrusted')
    const both = { pinOnlyOnTrustedPeers: true, pinOnlyOnUntrustedPeers: true }
    expect(() => metricsAllocator(both)({ metrics, isTrusted: () => true })).toThrow('cannot both be true')
  })

  it('tells the log why there are too few, now and then', async () => {
    const lines: string[] = []
    const log = { error: () => {}, warn: (line: string) => void lines.push(line), info: () => {}, debug: () => {} }
    const live = published([...freespace(A), metric('ping', B)])
    const components = { metrics: live, logger: { forComponent: () => log } }
    const allocator = metricsAllocator({ allocateBy: ['freespace'] })(components)
    const two = { ...pin, replicationFactorMin: 2 }
    for (let i = 0; i < 5; i++) await expect(allocator.allocate({ pin: two })).rejects.toThrow('See logs')
    expect(lines).toEqual([
      expect.stringMatching(
        `^not enough peers for baf.*: ${A} not chosen: ranked 1 of 1 .freespace=100.; ${B} not chosen: it has published no`
      )
    ])
  })

  it('gives up when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(metricsAllocator()({ metrics }).allocate({ pin }, { signal })).rejects.toThrow('enough')
  })

  it('never takes a peer without a valid metric of each name that has not expired', async () => {
    const sent = fc.record({
      of: fc.integer({ min: 1, max: 6 }),
      name: fc.constantFrom('tag:group', 'freespace'),
      valid: fc.boolean(),
      expire: fc.bigInt(0n, 20n)
    })
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { maxLength: 40 }), async (all) => {
        const store = new MetricStore()
        const newest = new Map<string, boolean>()
        for (const { of, name, valid, expire } of all) {
          store.add(metric(name, peer(of), { valid, expire }), 10n)
          newest.set(`${name} ${of}`, valid && expire > 10n)
        }
        const able = [1, 2, 3, 4, 5, 6].filter((n) =>
          ['tag:group', 'freespace'].every((name) => newest.get(`${name} ${n}`) === true)
        )
        const allocator = metricsAllocator()({ metrics: { latest: (name) => store.latest(name, 10n) } })
        const wide = { ...pin, replicationFactorMax: 10 }
        const taken = able.length === 0 ? [] : await allocator.allocate({ pin: wide })
        expect([...taken].sort()).toEqual(able.map(peer).sort())
      })
    )
  })
})
