import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { CreationPlace } from '@ipfs-cluster/core/state'
import { compareNewest, First, pageOf } from '../../../src/common/pinset/places.ts'

const pins = fc.uniqueArray(fc.record({ created: fc.nat(20), key: fc.string({ minLength: 1, maxLength: 4 }) }), {
  selector: ({ key }) => key
})

function newestOf(items: readonly CreationPlace[], size: number): readonly CreationPlace[] {
  const newest = new First<CreationPlace>(size, compareNewest)
  for (const item of items) newest.add(item)
  return newest.items
}

describe('First', () => {
  it('keeps what comes first, in order, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(pins, fc.nat(10), (items, size) => {
        expect(newestOf(items, size)).toEqual([...items].sort(compareNewest).slice(0, size))
      })
    )
  })
})

describe('pageOf', () => {
  it('lets a client come to every pin once by the time of the last one, if no time has more pins than a page', () => {
    fc.assert(
      fc.property(pins, fc.integer({ min: 1, max: 8 }), (items, limit) => {
        const perTime = new Map<number, number>()
        for (const { created } of items) perTime.set(created, (perTime.get(created) ?? 0) + 1)
        fc.pre(Math.max(0, ...perTime.values()) <= limit)
        const seen: CreationPlace[] = []
        let before = Infinity
        for (;;) {
          const rest = items.filter(({ created }) => created < before)
          const page = pageOf(newestOf(rest, limit + 1), limit)
          expect(page.length).toBeLessThanOrEqual(limit)
          const last = page.at(-1)
          if (last === undefined) break
          seen.push(...page)
          before = last.created
        }
        expect(seen).toEqual([...items].sort(compareNewest))
      })
    )
  })

  it('gives a full page when all of it was made at the same time', () => {
    const items = ['a', 'b', 'c'].map((key) => ({ created: 1, key }))
    expect(pageOf(items, 2)).toEqual(items.slice(0, 2))
  })
})
