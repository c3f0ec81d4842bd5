import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { base16, base16upper } from 'multiformats/bases/base16'
import { base32, base32hex, base32hexupper, base32upper } from 'multiformats/bases/base32'
import { base36, base36upper } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { base64, base64pad, base64url, base64urlpad } from 'multiformats/bases/base64'
import { decodeMultibase } from '../../src/encoding/multibase.ts'

const BASES = [
  base16,
  base16upper,
  base32,
  base32upper,
  base32hex,
  base32hexupper,
  base36,
  base36upper,
  base58btc,
  base64,
  base64pad,
  base64url,
  base64urlpad
]

describe('multibase', () => {
  it.each(BASES.map((base) => [base.name, base.encode.bind(base)] as const))('reads %s', (_name, encode) => {
    fc.assert(
      fc.property(fc.nat(4), fc.uint8Array({ maxLength: 80 }), (zeros, data) => {
        const padded = Uint8Array.from([...new Uint8Array(zeros), ...data])
        expect(decodeMultibase(encode(padded))).toEqual(padded)
      })
    )
  })

  it.each(['', '?', 'a0', '\u0000', '__proto__'])('does not know the base of %j', (text) => {
    expect(decodeMultibase(text)).toBeUndefined()
  })

  it.each(['f0', 'fzz', 'f=0', 'v1', 'k-', 'kA', 'mAB', 'mA', 'u+A', 'b1', 'zO'])('refuses %j', (text) => {
    expect(() => decodeMultibase(text)).toThrow(SyntaxError)
  })

  it('refuses a text so long that reading it would take seconds', () => {
    expect(() => decodeMultibase('k'.repeat(1_000_000))).toThrow(SyntaxError)
  })
})
