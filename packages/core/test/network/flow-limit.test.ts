import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { FlowLimit } from '../../src/network/flow-limit.ts'

describe('FlowLimit', () => {
  it('lets a burst through, then as much as time brings', () => {
    const clock = { time: 0 }
    const limit = new FlowLimit<string>({ perSecond: 10, burst: 20 }, () => clock.time)
    expect(limit.take('a', 20)).toBe(true)
    expect(limit.take('a', 1)).toBe(false)
    expect(limit.take('b', 20)).toBe(true)
    clock.time = 1000
    expect(limit.take('a', 10)).toBe(true)
    expect(limit.take('a', 1)).toBe(false)
  })

  it('never lets more through than burst and rate together', () => {
    const step = fc.record({ wait: fc.nat(2000), units: fc.nat(30) })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const clock = { time: 0 }
        const limit = new FlowLimit<string>({ perSecond: 10, burst: 20 }, () => clock.time)
        let taken = 0
        for (const { wait, units } of steps) {
          clock.time += wait
          if (limit.take('a', units)) taken += units
          expect(taken).toBeLessThanOrEqual(20 + clock.time / 100 + 1e-6)
        }
      })
    )
  })
})
