import { describe, expect, it } from '@jest/globals'
import { RateCounter } from '../../src/network/rate.ts'

describe('RateCounter', () => {
  it('comes near to a steady rate, and falls when nothing comes any more', () => {
    const clock = { time: 0 }
    const counter = new RateCounter(() => clock.time)
    for (let second = 0; second < 60; second++) {
      counter.add(1000)
      clock.time += 1000
    }
    expect(counter.rate()).toBeGreaterThan(950)
    expect(counter.rate()).toBeLessThan(1050)
    clock.time += 60_000
    expect(counter.rate()).toBeLessThan(10)
    expect(counter.total).toBe(60_000)
  })
})
