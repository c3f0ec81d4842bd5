import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { PlacementInput } from '../../src/allocator/index.ts'
import { placePin } from '../../src/allocator/index.ts'
import type { Placement } from '../../src/allocator/index.ts'
import { metric, peer } from './metrics.ts'

/** Peers by number; the lower the number, the more room. */
function place(input: {
  factors: [min: number, max: number]
  able: readonly number[]
  stored?: readonly number[]
  preferred?: readonly number[]
}): Placement & { numbers: number[] } {
  const { factors, able, stored = [], preferred = [] } = input
  const given: PlacementInput = {
    ...{ replicationFactorMin: factors[0], replicationFactorMax: factors[1] },
    ...{ stored: stored.map(peer), preferred: preferred.map(peer) },
    able: able.map((n) => ({ peer: peer(n), metrics: [metric('freespace', peer(n), { weight: BigInt(1000 - n) })] }))
  }
  const placement = placePin(given)
  const numberOf = new Map([...able, ...stored].map((n) => [peer(n), n]))
  return { ...placement, numbers: placement.allocations.map((each) => numberOf.get(each) ?? -1) }
}

describe('placing a pin', () => {
  it('takes preferred peers first, up to the maximum', () => {
    expect(place({ factors: [1, 2], able: [1, 2, 9], preferred: [9] }).numbers).toEqual([9, 1])
    expect(place({ factors: [1, 9], able: [1, 2, 9], preferred: [9] }).numbers).toEqual([9, 1, 2])
  })

  it('changes nothing while there are enough', () => {
    const kept = place({ factors: [2, 4], able: [1, 2, 3], stored: [1, 8, 2], preferred: [3] })
    expect(kept).toMatchObject({ outcome: 'kept', numbers: [1, 8, 2] })
    const extended = place({ factors: [3, 4], able: [1, 2, 3, 4], stored: [2, 8, 1], preferred: [4] })
    expect(extended).toMatchObject({ outcome: 'extended', numbers: [2, 1, 4, 3] })
  })

  it('leaves out those above the maximum, and those that are gone', () => {
    const input = { able: [1, 2, 3, 4], stored: [3, 8, 1, 2] }
    expect(place({ factors: [1, 2], ...input })).toMatchObject({ outcome: 'reduced', numbers: [3, 1] })
  })

  it('says how many it lacks', () => {
    const short = place({ factors: [3, 4], able: [1, 2], stored: [1] })
    expect(short).toMatchObject({ outcome: 'short', needed: 2, wanted: 3, numbers: [] })
    expect(short.candidates).toHaveLength(1)
  })

  it('counts a stored peer once', () => {
    expect(place({ factors: [2, 3], able: [1, 2], stored: [1, 1] }).numbers).toEqual([1, 2])
  })

  it('gives as many as asked for, each once and only able ones, and drops nobody without need', () => {
    const peers = fc.uniqueArray(fc.nat(40), { maxLength: 12 })
    const factors = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.nat(4))
      .map(([min, more]): [number, number] => [min, min + more])
    fc.assert(
      fc.property(peers, peers, peers, factors, (able, stored, preferred, [min, max]) => {
        const { outcome, numbers } = place({ factors: [min, max], able, stored, preferred })
        const current = stored.filter((n) => able.includes(n))
        expect(new Set(numbers).size).toBe(numbers.length)
        if (outcome === 'short') expect(able.length).toBeLessThan(min)
        else if (outcome === 'kept') expect(numbers).toEqual(stored)
        else {
          expect(numbers.length).toBeGreaterThanOrEqual(min)
          expect(numbers.length).toBeLessThanOrEqual(max)
          expect(numbers.every((n) => able.includes(n))).toBe(true)
          expect(numbers.slice(0, current.length)).toEqual(current.slice(0, max))
        }
      })
    )
  })

  it('does not depend on the order of its input', () => {
    const peers = fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(peers, fc.infiniteStream(fc.nat(1000)), fc.integer({ min: 1, max: 5 }), (able, chance, max) => {
        const shuffled = able
          .map((n) => ({ n, at: chance.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ n }) => n)
        const preferred = able.slice(0, 3)
        const first = place({ factors: [1, max], able, preferred })
        const second = place({ factors: [1, max], able: shuffled, preferred: [...preferred].reverse() })
        expect(second.numbers).toEqual(first.numbers)
      })
    )
  })
})
