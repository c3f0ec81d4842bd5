import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { base32, base32upper } from 'multiformats/bases/base32'
import { base58btc } from 'multiformats/bases/base58'
import { decodeBase32, decodeBase58, encodeBase32, encodeBase32Upper, encodeBase58 } from '../../src/index.ts'

const bytes = fc.uint8Array({ maxLength: 80 })

describe('base32', () => {
  it('writes what multiformats writes, and reads it in either case', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(encodeBase32(data)).toBe(base32.encode(data).slice(1))
        expect(encodeBase32Upper(data)).toBe(base32upper.encode(data).slice(1))
        expect(decodeBase32(encodeBase32(data))).toEqual(data)
        expect(decodeBase32(`b${encodeBase32Upper(data)}`, 1)).toEqual(data)
      })
    )
  })

  it.each(['a', 'aaa', 'aaaaaa', 'ab', 'a1', 'a=', 'é', '\u0161a'])('refuses %j', (text) => {
    expect(() => decodeBase32(text)).toThrow(SyntaxError)
  })
})

describe('base58', () => {
  it('writes what multiformats writes, leading zeros included', () => {
    fc.assert(
      fc.property(fc.nat(4), bytes, (zeros, data) => {
        const padded = Uint8Array.from([...new Uint8Array(zeros), ...data])
        expect(encodeBase58(padded)).toBe(base58btc.encode(padded).slice(1))
        expect(decodeBase58(encodeBase58(padded))).toEqual(padded)
      })
    )
  })

  it.each(['0', 'I', 'l', 'O', 'é', 'a b'])('refuses %j', (text) => {
    expect(() => decodeBase58(text)).toThrow(SyntaxError)
  })

  it('refuses a text so long that reading it would take seconds', () => {
    expect(() => decodeBase58('z'.repeat(1_000_000))).toThrow(SyntaxError)
  })
})
