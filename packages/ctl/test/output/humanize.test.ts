import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { fixed, humanSize, humanTime } from '../../src/output/humanize.ts'

describe('humanSize', () => {
  it.each([
    [0n, '0 B'],
    [9n, '9 B'],
    [10n, '10 B'],
    [560n, '560 B'],
    [999n, '999 B'],
    [1000n, '1.0 kB'],
    [1252n, '1.3 kB'],
    [9949n, '9.9 kB'],
    [9950n, '10 kB'],
    [10500n, '10 kB'],
    [11500n, '12 kB'],
    [13797n, '14 kB'],
    [9997657962n, '10 GB'],
    [4242697n, '4.2 MB'],
    [2n ** 63n - 1n, '9.2 EB']
  ])('%d: %s', (bytes, expected) => {
    expect(humanSize(bytes)).toBe(expected)
  })
})

describe('fixed', () => {
  it.each([
    [0.125, 2, '0.12'],
    [0.375, 2, '0.38'],
    [1.385, 2, '1.39'],
    [5.858455756034672e-11, 2, '0.00'],
    [36.30668926821485, 2, '36.31'],
    [2.5, 0, '2'],
    [3.5, 0, '4']
  ])('%d with %d decimals: %s', (value, digits, expected) => {
    expect(fixed(value, digits)).toBe(expected)
  })

  it('is never further away than half of the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (value) => {
        expect(Math.abs(Number(fixed(value, 2)) - value)).toBeLessThanOrEqual(0.005 + 1e-6)
      })
    )
  })
})

describe('humanTime', () => {
  const SECOND = 1_000_000_000n
  const NOW = 1_795_253_792n * SECOND

  it.each<[bigint, string]>([
    [0n, 'now'],
    [SECOND - 1n, 'now'],
    [SECOND, '1 second from now'],
    [-SECOND, '1 second ago'],
    [26n * SECOND + 999n, '26 seconds from now'],
    [-60n * SECOND, '1 minute ago'],
    [119n * SECOND, '1 minute from now'],
    [120n * SECOND, '2 minutes from now'],
    [3600n * SECOND, '1 hour from now'],
    [-7200n * SECOND, '2 hours ago'],
    [86400n * SECOND, '1 day from now'],
    [6n * 86400n * SECOND, '6 days from now'],
    [7n * 86400n * SECOND, '1 week from now'],
    [29n * 86400n * SECOND, '4 weeks from now'],
    [30n * 86400n * SECOND, '1 month from now'],
    [-60n * 86400n * SECOND, '2 months ago'],
    [360n * 86400n * SECOND, '1 year from now'],
    [540n * 86400n * SECOND, '2 years from now'],
    [720n * 86400n * SECOND, '2 years from now'],
    [-1080n * 86400n * SECOND, '3 years ago'],
    [37n * 360n * 86400n * SECOND, 'a long while from now']
  ])('%d nanoseconds away: %s', (distance, expected) => {
    expect(humanTime(NOW + distance, NOW)).toBe(expected)
  })
})
