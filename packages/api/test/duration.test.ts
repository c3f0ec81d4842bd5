import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { formatGoDuration, parseGoDuration } from '../src/duration.ts'

describe('Go durations', () => {
  it.each([
    ['0', 0, '0s'],
    ['1h', 3_600_000, '1h0m0s'],
    ['1h30m', 5_400_000, '1h30m0s'],
    ['90s', 90_000, '1m30s'],
    ['200ms', 200, '200ms'],
    ['1.5s', 1500, '1.5s'],
    ['.5s', 500, '500ms'],
    ['1.s', 1000, '1s'],
    ['-5m', -300_000, '-5m0s'],
    ['+2us', 0.002, '2µs'],
    ['7ns', 0.000007, '7ns'],
    ['24h0m0.000000001s', 86_400_000.000001, '24h0m0.000000001s']
  ])('reads %s', (text, milliseconds, normal) => {
    expect(parseGoDuration(text)).toBe(milliseconds)
    expect(formatGoDuration(milliseconds)).toBe(normal)
  })

  it.each([
    ['', 'time: invalid duration ""'],
    ['-', 'time: invalid duration "-"'],
    ['.s', 'time: invalid duration ".s"'],
    ['5', 'time: missing unit in duration "5"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['1h30', 'time: missing unit in duration "1h30"'],
    ['s', 'time: invalid duration "s"'],
    ['9223372037s', 'time: invalid duration "9223372037s"']
  ])('refuses %j', (text, message) => {
    expect(() => parseGoDuration(text)).toThrow(message)
  })

  it('keeps every whole millisecond, up to the longest that Go has', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_223_372_036_854, max: 9_223_372_036_854 }), (milliseconds) => {
        expect(parseGoDuration(formatGoDuration(milliseconds))).toBe(milliseconds)
      })
    )
  })

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (nanoseconds) => {
        expect(Math.round(parseGoDuration(formatGoDuration(nanoseconds / 1e6)) * 1e6)).toBe(nanoseconds)
      })
    )
  })
})
