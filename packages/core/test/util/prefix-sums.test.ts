import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { PrefixSums } from '../../src/util/prefix-sums.ts'

it('sums up what stands before a place', () => {
  const changes = fc.array(fc.record({ place: fc.nat(99), by: fc.integer({ min: -5, max: 5 }) }))
  fc.assert(
    fc.property(fc.nat(100), changes, (ones, all) => {
      const sums = new PrefixSums(100, ones)
      const model = Array.from({ length: 100 }, (_, i) => Number(i < ones))
      for (const { place, by } of all) {
        sums.add(place, by)
        model[place] = (model[place] ?? 0) + by
      }
      expect(sums.size).toBe(100)
      for (let place = 0; place <= 100; place++) {
        expect(sums.before(place)).toBe(model.slice(0, place).reduce((sum, each) => sum + each, 0))
      }
    })
  )
})
