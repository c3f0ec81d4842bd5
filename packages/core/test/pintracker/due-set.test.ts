import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DueSet } from '../../src/pintracker/due-set.ts'

describe('DueSet', () => {
  it('gives what is due, never early and at most a second late', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(20_000), isDeleted: fc.boolean() }), { maxLength: 50 }),
        fc.integer({ min: 1, max: 10 }),
        (entries, limit) => {
          const due = new DueSet<number>()
          entries.forEach(({ at }, i) => due.add(i, at))
          entries.forEach(({ at, isDeleted }, i) => isDeleted && due.delete(i, at))
          const left = new Set(entries.keys().filter((i) => !entries[i]!.isDeleted))
          for (let now = due.next; now !== undefined; now = due.next) {
            const taken = due.take(now, limit)
            expect(taken.length).toBeGreaterThan(0)
            expect(taken.length).toBeLessThanOrEqual(limit)
            for (const i of taken) {
              expect(now - entries[i]!.at).toBeGreaterThanOrEqual(0)
              expect(now - entries[i]!.at).toBeLessThan(1000)
              expect(left.delete(i)).toBe(true)
            }
          }
          expect(left.size).toBe(0)
        }
      )
    )
  })
})
