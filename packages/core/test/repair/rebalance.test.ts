import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { PeerLoad, RebalancePlan } from '../../src/repair/index.ts'
import { RebalancePlanner } from '../../src/repair/rebalance.ts'
import { testCid, testPin } from '../pintracker/fakes.ts'

const SIZE = 10

interface Placed {
  id: number
  allocations: string[]
}

/** Peers of one capacity that use what their pins take. */
function loadsOf(
  pins: readonly Placed[],
  peers: Record<string, { capacity: number; group?: string }>
): Map<string, PeerLoad> {
  const used = (peer: string): number => SIZE * pins.filter(({ allocations }) => allocations.includes(peer)).length
  return new Map(
    Object.entries(peers).map(([peer, { capacity, group = '' }]) => [peer, { used: used(peer), capacity, group }])
  )
}

function plan(pins: readonly Placed[], loads: Map<string, PeerLoad>, maxMoves?: number): RebalancePlan {
  const planner = new RebalancePlanner(loads, SIZE, maxMoves)
  for (const { id, allocations } of pins) {
    planner.consider(testPin(testCid(id), { allocations, replicationFactorMin: 1, replicationFactorMax: 3 }))
  }
  return planner.plan
}

function apply(pins: readonly Placed[], { moves }: RebalancePlan): Placed[] {
  return pins.map((pin) => {
    const move = moves.find(({ cid }) => cid.equals(testCid(pin.id)))
    if (move === undefined) return pin
    return { ...pin, allocations: [...pin.allocations.filter((peer) => peer !== move.from), move.to] }
  })
}

describe('a plan to rebalance', () => {
  it('moves pins from a full peer to one that has just joined', () => {
    const pins = Array.from({ length: 10 }, (_, id) => ({ id, allocations: ['a'] }))
    const { moves, before, after, isComplete } = plan(
      pins,
      loadsOf(pins, { a: { capacity: 200 }, b: { capacity: 200 } })
    )
    expect(moves).toHaveLength(5)
    expect(moves[0]).toEqual({ cid: testCid(0), from: 'a', to: 'b' })
    expect(Object.fromEntries(before)).toEqual({ a: 100, b: 0 })
    expect(Object.fromEntries(after)).toEqual({ a: 50, b: 50 })
    expect(isComplete).toBe(true)
  })

  it('fills peers by their capacity', () => {
    const pins = Array.from({ length: 12 }, (_, id) => ({ id, allocations: ['a'] }))
    const { after } = plan(pins, loadsOf(pins, { a: { capacity: 100 }, b: { capacity: 200 } }))
    expect(Object.fromEntries(after)).toEqual({ a: 40, b: 80 })
  })

  it('leaves groups as they are, and pins that are everywhere', () => {
    const pins = Array.from({ length: 10 }, (_, id) => ({ id, allocations: ['a'] }))
    const loads = loadsOf(pins, { a: { capacity: 100, group: 'east' }, b: { capacity: 100, group: 'west' } })
    expect(plan(pins, loads).moves).toEqual([])
    const planner = new RebalancePlanner(loadsOf(pins, { a: { capacity: 100 }, b: { capacity: 100 } }), SIZE)
    planner.consider(testPin(testCid(1), { allocations: [] }))
    expect(planner.plan.moves).toEqual([])
  })

  it('says when there is more to move than it may hold', () => {
    const pins = Array.from({ length: 10 }, (_, id) => ({ id, allocations: ['a'] }))
    const { moves, isComplete } = plan(pins, loadsOf(pins, { a: { capacity: 100 }, b: { capacity: 100 } }), 2)
    expect(moves).toHaveLength(2)
    expect(isComplete).toBe(false)
  })

  it('keeps the number of copies, never puts two on one peer, makes nothing worse, and is done after one plan', () => {
    const peers = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      fc.record({ capacity: fc.integer({ min: 1, max: 1000 }), group: fc.constantFrom('x', 'y') }),
      { minKeys: 1 }
    )
    const lists = fc.array(fc.subarray(['a', 'b', 'c', 'd', 'e'], { minLength: 1, maxLength: 3 }), { maxLength: 40 })
    fc.assert(
      fc.property(peers, lists, (all, allocations) => {
        const pins = allocations.map((each, id) => ({ id, allocations: each }))
        const loads = loadsOf(pins, all)
        const first = plan(pins, loads)
        expect(plan(pins, loads)).toEqual(first)
        const moved = apply(pins, first)
        for (const [index, pin] of moved.entries()) {
          expect(new Set(pin.allocations).size).toBe(pin.allocations.length)
          expect(pin.allocations.length).toBe(pins[index]?.allocations.length)
        }
        expect(spread(loads, first.after)).toBeLessThanOrEqual(spread(loads, first.before) + 1e-9)
        expect(new Map([...loadsOf(moved, all)].map(([peer, { used }]) => [peer, used]))).toEqual(first.after)
      })
    )
  })
})

/** How far the peers are from being equally full, in bytes, over all groups. */
function spread(loads: ReadonlyMap<string, PeerLoad>, used: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const group of ['x', 'y', '']) {
    const peers = [...loads].filter(([, load]) => load.group === group)
    const all = peers.reduce((total, [peer]) => total + (used.get(peer) ?? 0), 0)
    const capacity = peers.reduce((total, [, load]) => total + load.capacity, 0)
    for (const [peer, load] of peers) sum += Math.abs((used.get(peer) ?? 0) - (all / capacity) * load.capacity)
  }
  return sum
}
