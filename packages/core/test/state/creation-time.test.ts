import { describe, expect, it } from '@jest/globals'
import { Time } from '@ipfs-cluster/api'
import { pinKey } from '@ipfs-cluster/core/codec'
import { creationTime } from '@ipfs-cluster/core/state'
import { someCid } from '../blocks/support.ts'

const SECOND = new Time(1_795_253_828)

describe('creationTime', () => {
  it('stays within the second, has milliseconds and no more, and is the same each time', () => {
    for (let n = 0; n < 1000; n++) {
      const created = creationTime(pinKey(someCid(String(n))), SECOND)
      expect(created.toString()).toMatch(/^2026-11-21T09:37:08\.\d{1,3}Z$/)
      expect(created).toEqual(creationTime(pinKey(someCid(String(n))), SECOND))
    }
  })

  it('spreads the pins of a second over it', () => {
    const perTime = new Map<string, number>()
    for (let n = 0; n < 10_000; n++) {
      const text = creationTime(pinKey(someCid(String(n))), SECOND).toString()
      perTime.set(text, (perTime.get(text) ?? 0) + 1)
    }
    expect(perTime.size).toBe(999)
    expect(Math.max(...perTime.values())).toBeLessThan(30)
  })

  it('has a form for a pin without a time', () => {
    expect(creationTime(pinKey(someCid(String(1))), Time.ZERO).toString()).toMatch(/^0001-01-01T00:00:00\.\d+Z$/)
  })
})
