import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { formatRfc3339, localOffsetMinutes } from '../src/rfc3339.ts'
import { Time } from '../src/time.ts'

describe('RFC 3339', () => {
  it('is written as Date writes it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
        expect(formatRfc3339(seconds, 0, 0)).toBe(new Date(seconds * 1000).toISOString().replace('.000', ''))
      })
    )
  })

  it('has a form for any number a stored pin may hold', () => {
    expect(new Time(2 ** 62, 0, 0).toString()).toBe('9999-12-31T23:59:59Z')
    expect(new Time(-(2 ** 62), 0, 0).toString()).toBe('0000-01-01T00:00:00Z')
    expect(new Time(2 ** 62).toString()).toMatch(/^9999-12-31T/)
  })

  it('knows the local zone', () => {
    for (const seconds of [0, 1_700_000_000, 1_720_000_000, 1_700_000_000]) {
      expect(localOffsetMinutes(seconds)).toBe(0 - new Date(seconds * 1000).getTimezoneOffset())
    }
  })

  it.each([
    ['nonsense', 'parsing time "nonsense" as "2006-01-02T15:04:05Z07:00": cannot parse "nonsense" as "2006"'],
    ['2020-01-02', 'parsing time "2020-01-02" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    ['2020-13-01T00:00:00Z', 'parsing time "2020-13-01T00:00:00Z": month out of range'],
    ['2021-02-29T00:00:00Z', 'parsing time "2021-02-29T00:00:00Z": day out of range'],
    ['2020-01-01T24:00:00Z', 'parsing time "2020-01-01T24:00:00Z": hour out of range'],
    ['2020-01-01T00:00:00Zx', 'parsing time "2020-01-01T00:00:00Zx": extra text: "x"'],
    ['2020-01-01T00:00:00+24:00', 'cannot parse "+24:00" as "Z07:00"']
  ])('refuses %j in the words of Go', (text, message) => {
    expect(() => Time.parse(text)).toThrow(message)
  })

  it('drops what is below a nanosecond', () => {
    expect(Time.parse('2020-01-01T00:00:00.1234567899Z').nanoseconds).toBe(123_456_789)
  })
})
