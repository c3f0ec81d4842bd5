import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { connectionsToTrim } from '../../src/network/watermarks.ts'

const marks = { highWater: 4, lowWater: 2, gracePeriod: 100 }
const connection = fc.record({
  peer: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  openedAt: fc.integer({ min: 0, max: 1000 }),
  streams: fc.nat({ max: 5 })
})

describe('connectionsToTrim', () => {
  it('leaves connections alone up to the high water mark', () => {
    const four = ['a', 'b', 'c', 'd'].map((peer) => ({ peer, openedAt: 0, streams: 0 }))
    expect(connectionsToTrim(four, marks, 1000, () => false)).toEqual([])
  })

  it('closes idle connections first, the oldest of them before the others', () => {
    const five = [
      { peer: 'busy', openedAt: 0, streams: 2 },
      { peer: 'young', openedAt: 950, streams: 0 },
      { peer: 'old', openedAt: 10, streams: 0 },
      { peer: 'older', openedAt: 5, streams: 0 },
      { peer: 'trusted', openedAt: 0, streams: 0 }
    ]
    const closed = connectionsToTrim(five, marks, 1000, (peer) => peer === 'trusted')
    expect(closed.map(({ peer }) => peer)).toEqual(['older', 'old', 'busy'])
  })

  it('never closes a protected or new connection, nor more than needed', () => {
    fc.assert(
      fc.property(fc.array(connection, { maxLength: 12 }), (connections) => {
        const closed = connectionsToTrim(connections, marks, 1000, (peer) => peer === 'a')
        expect(closed.every(({ peer, openedAt }) => peer !== 'a' && 1000 - openedAt >= marks.gracePeriod)).toBe(true)
        expect(closed.length).toBeLessThanOrEqual(Math.max(0, connections.length - marks.lowWater))
        if (connections.length <= marks.highWater) expect(closed).toEqual([])
      })
    )
  })
})
