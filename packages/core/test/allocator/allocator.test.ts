import { describe, expect, it } from '@jest/globals'
import type { Metric } from '@ipfs-cluster/api'
import { defaultPinOptions, pinWithOptions } from '@ipfs-cluster/api'
import fc from 'fast-check'
import type { AllocationInput } from '../../src/allocator/index.ts'
import { decideAllocations, metricsAllocator } from '../../src/allocator/index.ts'
import { testCid, testPin } from '../pintracker/fakes.ts'

function decide(input: Partial<AllocationInput> & { factors: [min: number, max: number] }): string[] {
  const { factors, ...rest } = input
  return decideAllocations({
    replicationFactorMin: factors[0],
    replicationFactorMax: factors[1],
    ...{ stored: [], current: [], preferred: [], candidates: [], ...rest }
  })
}

describe('decideAllocations', () => {
  it('takes preferred peers first, up to the maximum', () => {
    expect(decide({ factors: [1, 2], preferred: ['p'], candidates: ['a', 'b'] })).toEqual(['p', 'a'])
    expect(decide({ factors: [1, 9], preferred: ['p'], candidates: ['a', 'b'] })).toEqual(['p', 'a', 'b'])
  })

  it('changes nothing while there are enough', () => {
    const input = { stored: ['a', 'dead', 'b'], current: ['a', 'b'], preferred: ['p'], candidates: ['c'] }
    expect(decide({ factors: [2, 4], ...input })).toEqual(['a', 'dead', 'b'])
    expect(decide({ factors: [3, 4], ...input })).toEqual(['a', 'b', 'p', 'c'])
  })

  it('leaves out those above the maximum', () => {
    expect(decide({ factors: [1, 1], stored: ['a', 'b'], current: ['a', 'b'], candidates: ['c'] })).toHaveLength(1)
  })

  it('says how many it lacks, besides those that are valid', () => {
    expect(() => decide({ factors: [3, 4], stored: ['a'], current: ['a'], candidates: ['b'] })).toThrow(
      'not enough peers to allocate CID. Needed at least: 2. Wanted at most: 3. Available candidates: 1. See logs for more info.'
    )
  })

  it('gives between the minimum and the maximum of different peers, the valid ones among them', () => {
    const peers = fc.uniqueArray(fc.nat(30).map(String), { minLength: 3, maxLength: 20 })
    fc.assert(
      fc.property(peers, fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 6 }), fc.nat(4), (all, a, b, min, more) => {
        const [current, preferred, candidates] = [all.slice(0, a), all.slice(a, a + b), all.slice(a + b)]
        if (current.length + preferred.length + candidates.length < min) return
        const given = decide({ factors: [min, min + more], stored: current, current, preferred, candidates })
        expect(new Set(given).size).toBe(given.length)
        expect(given.length).toBeGreaterThanOrEqual(Math.min(min, all.length))
        expect(given.length).toBeLessThanOrEqual(min + more)
        if (current.length <= min + more) expect(given.slice(0, current.length)).toEqual(current)
      })
    )
  })
})

describe('the allocator', () => {
  const metric = (name: string, peer: string): Metric => ({
    ...{ name, peer, value: '', expire: 0n, valid: true, weight: 0n, partitionable: false, receivedAt: 0n }
  })
  const live: Record<string, string[]> = { 'tag:group': ['a', 'b', 'c'], freespace: ['a', 'b', 'd'] }
  const metrics = { latest: (name: string): Metric[] => (live[name] ?? []).map((peer) => metric(name, peer)) }
  const pin = pinWithOptions(testCid(1), { ...defaultPinOptions(), replicationFactorMin: 1, replicationFactorMax: 2 })

  it('takes peers that have all metrics', async () => {
    expect(await metricsAllocator()({ metrics }).allocate({ pin })).toEqual(['a', 'b'])
    expect(await metricsAllocator({ allocateBy: ['freespace'] })({ metrics }).allocate({ pin })).toEqual(['a', 'b'])
  })

  it.each([['unknown'], ['freespace,freespace'], ['']])('has nobody for the metrics %j', async (names) => {
    const allocator = metricsAllocator({ allocateBy: names.split(',') })({ metrics })
    await expect(allocator.allocate({ pin })).rejects.toMatchObject({ code: 'ERR_NOT_ENOUGH_PEERS' })
  })

  it('keeps who has it, prefers whom the user names, and leaves out who is to be left out', async () => {
    const allocator = metricsAllocator()({ metrics })
    const existing = testPin(testCid(1), { allocations: ['b', 'dead'] })
    expect(await allocator.allocate({ pin, existing })).toEqual(['b', 'dead'])
    expect(await allocator.allocate({ pin, existing, exclude: ['b'] })).toEqual(['a'])
    expect(await allocator.allocate({ pin: { ...pin, userAllocations: ['b', 'x'] } })).toEqual(['b', 'a'])
  })
})
