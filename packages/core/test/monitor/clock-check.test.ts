import { describe, expect, it } from '@jest/globals'
import type { Metric } from '@ipfs-cluster/api'
import { ClockCheck } from '../../src/monitor/clock-check.ts'
import { metricOf } from './metrics.ts'

const SECOND = 1_000_000_000n
const HOUR = 3600n * SECOND
const NOW = 1_000_000n * HOUR
const TTL = 30n * SECOND

describe('ClockCheck', () => {
  it('says nothing of a ping that comes in time', () => {
    const check = new ClockCheck(30_000)
    expect(check.judge(ping(NOW + TTL), NOW)).toBeUndefined()
    expect(check.judge(ping(NOW + 1n), NOW)).toBeUndefined()
    expect(check.judge(ping(NOW + TTL + 10n * 60n * SECOND), NOW)).toBeUndefined()
  })

  it('says once that a clock is behind or ahead, and again when it was right in between', () => {
    const check = new ClockCheck(30_000)
    for (const [skew, words] of [
      [-HOUR, /about 60 min behind/],
      [HOUR, /about 60 min ahead/]
    ] as const) {
      expect(check.judge(ping(NOW + TTL + skew), NOW)).toMatch(words)
      expect(check.judge(ping(NOW + TTL + skew + SECOND), NOW + SECOND)).toBeUndefined()
      expect(check.judge(ping(NOW + TTL), NOW)).toBeUndefined()
      expect(check.judge(ping(NOW + TTL + skew), NOW)).toMatch(words)
      check.judge(ping(NOW + TTL), NOW)
    }
  })

  it('takes a ping that is a little late for one that was held up, unless they keep being late', () => {
    const check = new ClockCheck(30_000)
    const late = (at: bigint): string | undefined => check.judge(ping(at - 10n * SECOND), at)
    expect(late(NOW)).toBeUndefined()
    expect(late(NOW + 60n * SECOND)).toBeUndefined()
    expect(late(NOW + 61n * SECOND)).toMatch(/behind/)
  })

  it('remembers only so many peers', () => {
    const check = new ClockCheck(30_000)
    const told = Array.from({ length: 300 }, (_, n) => check.judge({ ...ping(NOW - HOUR), peer: `peer ${n}` }, NOW))
    expect(told.filter((line) => line !== undefined)).toHaveLength(256)
  })
})

function ping(expire: bigint): Metric {
  return metricOf({ name: 'ping', expire })
}
