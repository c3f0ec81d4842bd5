import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  matchesFilter,
  parsePinTypeFilter,
  parseStatusFilter,
  pinTypeFilterNames,
  STATUS_FILTER_WORDS,
  statusFilterNames,
  statusFromBits,
  TrackerStatusBits
} from '../src/index.ts'
import type { TrackerStatus } from '../src/index.ts'

describe('status filters', () => {
  it.each([
    ['', 0],
    ['pinned', 16],
    ['error', 14],
    ['queued', 1536],
    [' pinned , error', 30],
    ['nonsense,pinned', 16],
    ['undefined,remote', 256]
  ])('reads %j as %d', (text, bits) => {
    expect(parseStatusFilter(text)).toBe(bits)
  })

  it.each(['nonsense', 'undefined', ',', 'PINNED', '__proto__', 'constructor'])('refuses %j', (text) => {
    expect(() => parseStatusFilter(text)).toThrow('invalid filter value')
  })

  it.each([
    [0, ''],
    [16, 'pinned'],
    [14, 'error'],
    [1536, 'queued'],
    [30, 'cluster_error,pin_error,unpin_error,pinned']
  ])('writes %d as %j', (bits, text) => {
    expect(statusFilterNames(bits)).toBe(text)
  })

  it('reads back what it writes', () => {
    const words = fc.uniqueArray(fc.constantFrom(...STATUS_FILTER_WORDS), { minLength: 1 })
    fc.assert(
      fc.property(words, (chosen) => {
        const bits = parseStatusFilter(chosen.join(','))
        expect(parseStatusFilter(statusFilterNames(bits))).toBe(bits)
      })
    )
  })

  it('lets pass what it names, and everything when it is empty', () => {
    for (const status of Object.keys(TrackerStatusBits) as TrackerStatus[]) {
      expect(matchesFilter(status, 0)).toBe(true)
      expect(matchesFilter(status, TrackerStatusBits[status])).toBe(true)
      expect(statusFromBits(TrackerStatusBits[status])).toBe(status)
    }
    expect(matchesFilter('pinned', parseStatusFilter('error,queued'))).toBe(false)
    expect(matchesFilter('pin_error', parseStatusFilter('error'))).toBe(true)
    expect(statusFromBits(14)).toBe('undefined')
  })
})

describe('filters of pin types', () => {
  it.each([
    ['', 30],
    ['all', 30],
    ['pin', 2],
    ['pin,shard-pin', 18],
    ['nonsense,meta-pin', 4]
  ])('reads %j as %d', (text, bits) => {
    expect(parsePinTypeFilter(text)).toBe(bits)
  })

  it('refuses a filter without any known word', () => {
    expect(() => parsePinTypeFilter('nonsense,more')).toThrow('invalid filter value')
  })

  it('reads back what it writes', () => {
    for (let bits = 2; bits <= 30; bits += 2) expect(parsePinTypeFilter(pinTypeFilterNames(bits))).toBe(bits)
    expect(pinTypeFilterNames(30)).toBe('all')
    expect(pinTypeFilterNames(0)).toBe('')
  })
})
