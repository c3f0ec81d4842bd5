import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { joined, Pieces } from '../../src/adder/pieces.ts'
import { noise } from './support.ts'

type Step = { do: 'push' | 'take'; bytes: number } | { do: 'putBack' }

const bytes = fc.oneof(fc.nat(20), fc.integer({ min: 1000, max: 1050 }), fc.nat(40_000))
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('push' as const, 'take' as const), bytes }),
  fc.constant({ do: 'putBack' as const })
)

describe('pieces', () => {
  it('give the bytes that were put in, in their order, and do not change them afterwards', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pieces = new Pieces()
        let expected = Buffer.alloc(0)
        let seed = 1
        const taken: { is: Uint8Array; was: Buffer }[] = []
        for (const one of steps) {
          if (one.do === 'push') {
            const piece = noise(one.bytes, seed++)
            pieces.push(piece)
            expected = Buffer.concat([expected, piece])
          } else if (one.do === 'take') {
            const is = joined(pieces.take(one.bytes))
            const was = expected.subarray(0, one.bytes)
            expect(was.equals(is)).toBe(true)
            taken.push({ is, was })
            expected = expected.subarray(one.bytes)
          } else {
            const last = taken.pop()
            if (last === undefined) continue
            pieces.putBack(last.is)
            expected = Buffer.concat([last.was, expected])
          }
          expect(pieces.length).toBe(expected.length)
        }
        expect(taken.every(({ is, was }) => was.equals(is))).toBe(true)
        expect(expected.equals(joined(pieces.take(Infinity)))).toBe(true)
      }),
      { numRuns: 500 }
    )
  })

  it('are few, however small what comes is', () => {
    const pieces = new Pieces()
    const content = noise(1_000_000)
    for (let i = 0; i < content.length; i++) pieces.push(content.subarray(i, i + 1))
    const all = pieces.take(content.length)
    expect(all.length).toBeLessThan(100)
    expect(Buffer.concat(all).equals(content)).toBe(true)
  })

  it('are not copied when they are large', () => {
    const pieces = new Pieces()
    const piece = noise(5000)
    pieces.push(piece)
    expect(pieces.take(5000)[0]?.buffer).toBe(piece.buffer)
  })
})
