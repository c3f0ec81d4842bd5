import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Time } from '../src/time.ts'

describe('Time', () => {
  it('keeps the offset it was read with', () => {
    expect(Time.parse('2030-01-02T03:04:05.1200+02:00').toString()).toBe('2030-01-02T03:04:05.12+02:00')
  })

  it('writes the zero time as Go does', () => {
    expect(Time.ZERO.toString()).toBe('0001-01-01T00:00:00Z')
    expect(Time.parse('0001-01-01T00:00:00Z').isZero).toBe(true)
  })

  it.each(['', 'now', '2030-02-30T00:00:00Z', '2030-01-01T25:00:00Z', '2030-01-01 00:00:00Z', '2030-01-01T00:00:00'])(
    'refuses %j',
    (text) => {
      expect(() => Time.parse(text)).toThrow(SyntaxError)
    }
  )

  it('reads back whatever it writes, to the nanosecond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -62135596799, max: 253402300799 - 86400 }),
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (seconds, nanoseconds, offset) => {
          fc.pre(seconds + offset * 60 > -62135596800)
          const time = new Time(seconds, nanoseconds, offset)
          const read = Time.parse(time.toString())
          expect([read.seconds, read.nanoseconds]).toEqual([seconds, nanoseconds])
        }
      )
    )
  })

  it('never gives the same present twice', () => {
    const times = Array.from({ length: 1000 }, () => Time.now().toUnixNanoseconds())
    expect(new Set(times).size).toBe(times.length)
    expect([...times].sort((a, b) => (a < b ? -1 : 1))).toEqual(times)
  })
})
