import { describe, expect, it } from '@jest/globals'
import { PATIENCE } from '../../src/pintracker/defaults.ts'
import { Patience } from '../../src/pintracker/patience.ts'

describe('Patience', () => {
  it('is short as long as nothing is known, and does not grow by a pin that nobody has', () => {
    const patience = new Patience(10)
    for (let i = 0; i < 9; i++) patience.sawNone()
    expect(patience.milliseconds).toBe(PATIENCE.initial)
  })

  it('grows while nobody shows life, to a limit', () => {
    const patience = new Patience(10)
    for (let i = 0; i < 1000; i++) patience.sawNone()
    expect(patience.milliseconds).toBe(PATIENCE.unknown)
  })

  it('follows what pins that go well take', () => {
    const patience = new Patience(10)
    for (let i = 0; i < 50; i++) patience.sawLife(300)
    expect(patience.milliseconds).toBeCloseTo(2400)
    for (let i = 0; i < 50; i++) patience.sawLife(60_000)
    expect(patience.milliseconds).toBe(PATIENCE.max)
    for (let i = 0; i < 100; i++) patience.sawLife(1)
    expect(patience.milliseconds).toBe(PATIENCE.min)
  })
})
