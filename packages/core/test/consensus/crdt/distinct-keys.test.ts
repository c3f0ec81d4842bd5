import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DistinctKeys } from '../../../src/consensus/crdt/distinct-keys.ts'

function areDistinct(keys: Iterable<string>): boolean {
  const distinct = new DistinctKeys()
  for (const key of keys) distinct.add(key)
  return distinct.areDistinct
}

const key = fc.stringMatching(/^[A-Z2-7]{1,58}$/)

describe('DistinctKeys', () => {
  it('never takes keys for distinct of which one came twice', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1 }), fc.nat(), fc.nat(), (keys, which, where) => {
        const again = keys[which % keys.length] ?? ''
        expect(areDistinct(keys.toSpliced(where % (keys.length + 1), 0, again))).toBe(false)
      })
    )
  })

  it('takes keys for distinct that are, in any order', () => {
    fc.assert(fc.property(fc.uniqueArray(key), (keys) => expect(areDistinct(keys)).toBe(true)))
  })

  it('goes on when there are more than it had room for', () => {
    const keys = Array.from({ length: 50_000 }, (_, i) => `AFKREI${(i * 7919) % 50_021}`)
    expect(areDistinct(keys)).toBe(true)
    expect(areDistinct([...keys, keys[100] ?? ''])).toBe(false)
  })
})
