import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { CID } from 'multiformats/cid'
import { Greeter } from '../../../src/consensus/crdt/greeter.ts'
import { someCid } from '../../blocks/support.ts'

const [ONE, TWO] = [someCid('one'), someCid('two')]

describe('Greeter', () => {
  const told: (readonly CID[])[] = []
  let heads: CID[]
  let greeter: Greeter

  beforeEach(() => {
    jest.useFakeTimers({ advanceTimers: false })
    told.length = 0
    heads = [ONE, TWO]
    greeter = new Greeter({ heads: () => heads, tell: (all) => told.push(all), random: () => 0.5 })
  })
  afterEach(() => {
    greeter.stop()
    jest.useRealTimers()
  })

  it('tells a newcomer of the heads soon, once more a little later, and then no more', () => {
    greeter.newcomer()
    jest.advanceTimersByTime(50)
    expect(told).toEqual([])
    jest.advanceTimersByTime(250)
    expect(told).toEqual([[ONE, TWO]])
    jest.advanceTimersByTime(60_000)
    expect(told).toEqual([
      [ONE, TWO],
      [ONE, TWO]
    ])
  })

  it('does not repeat what somebody else said meanwhile', () => {
    greeter.newcomer()
    greeter.heard([ONE])
    jest.advanceTimersByTime(300)
    expect(told).toEqual([[TWO]])
  })

  it('repeats what was said before the last newcomer came', () => {
    greeter.newcomer()
    greeter.heard([ONE, TWO])
    greeter.newcomer()
    jest.advanceTimersByTime(300)
    expect(told).toEqual([[ONE, TWO]])
  })

  it('greets a crowd that comes one by one as seldom as once in 1.5 s', () => {
    for (let i = 0; i < 100; i++) {
      greeter.newcomer()
      jest.advanceTimersByTime(100)
    }
    expect(told.length).toBeGreaterThanOrEqual(5)
    expect(told.length).toBeLessThanOrEqual(8)
  })

  it('says nothing when there are no heads, or when it was stopped', () => {
    heads = []
    greeter.newcomer()
    jest.advanceTimersByTime(10_000)
    heads = [ONE]
    greeter.newcomer()
    greeter.stop()
    jest.advanceTimersByTime(10_000)
    expect(told).toEqual([])
  })
})
