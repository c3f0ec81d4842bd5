import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { backoff } from '../../src/util/backoff.ts'

describe('backoff', () => {
  it('doubles up to the longest wait', () => {
    const options = { initial: 100, max: 1000, jitter: 0 }
    expect([1, 2, 3, 4, 5, 60].map((failures) => backoff(failures, options, 0.9))).toEqual([
      100, 200, 400, 800, 1000, 1000
    ])
  })

  it('leaves no more to chance than it was told to', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          const longest = backoff(failures, { initial: 50, max: 9000 }, 0)
          const wait = backoff(failures, { initial: 50, max: 9000 }, random)
          expect(wait).toBeLessThanOrEqual(longest)
          expect(wait).toBeGreaterThanOrEqual(Math.floor(longest / 2))
        }
      )
    )
  })
})
