import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DueTimes } from '../../src/cluster/due-times.ts'

function drain(due: DueTimes<string>, now: number): string[] {
  const keys: string[] = []
  for (let key = due.shift(now); key !== undefined; key = due.shift(now)) keys.push(key)
  return keys
}

describe('due times', () => {
  it('come in their order, and not before they are due', () => {
    const due = new DueTimes<string>(10)
    for (const [key, time] of Object.entries({ c: 3, a: 1, b: 2, d: 4 })) due.add(key, time)
    expect(due.next).toBe(1)
    expect(drain(due, 3)).toEqual(['a', 'b', 'c'])
    expect(due.next).toBe(4)
    expect([due.isExhausted, drain(due, 4), due.isExhausted]).toEqual([false, ['d'], false])
  })

  it('are forgotten when there are too many, the latest first', () => {
    const due = new DueTimes<string>(4)
    for (let time = 9; time >= 0; time--) due.add(`k${time}`, time)
    due.add('late', 8)
    const first = drain(due, 100)
    expect(first.length).toBeLessThanOrEqual(4)
    expect(first).toEqual(Array.from(first, (_, n) => `k${n}`))
    expect(due.isExhausted).toBe(true)
    due.forget()
    due.add('late', 8)
    expect(drain(due, 8)).toEqual(['late'])
  })

  it('never miss one that is nearer than what was forgotten', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (times, limit) => {
        const due = new DueTimes<number>(limit)
        times.forEach((time, key) => due.add(key, time))
        const got: number[] = []
        for (let key = due.shift(100); key !== undefined; key = due.shift(100)) got.push(times[key] ?? -1)
        const sorted = [...times].sort((a, b) => a - b)
        expect(got).toEqual(sorted.slice(0, got.length))
        expect(got.length === times.length || due.isExhausted).toBe(true)
      })
    )
  })
})
