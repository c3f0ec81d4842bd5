import { expect, it } from '@jest/globals'
import { xsalsa20 } from '@noble/ciphers/salsa.js'
import fc from 'fast-check'
import { Keystream } from '../../src/network/keystream.ts'

const KEY = new Uint8Array(32).map((_, i) => i)
const NONCE = new Uint8Array(24).map((_, i) => 100 + i)

it('is the same however the bytes are cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (pieces) => {
      const stream = new Keystream(KEY, NONCE)
      const sealed = Buffer.concat(pieces.map((piece) => stream.apply(piece)))
      expect(sealed.equals(xsalsa20(KEY, NONCE, Buffer.concat(pieces)))).toBe(true)
    })
  )
})

it('costs nothing that other connections have to share', () => {
  const streams = Array.from({ length: 20_000 }, () => new Keystream(KEY, NONCE))
  const large = new Uint8Array(1_000_000)
  for (const stream of [...streams.slice(0, 3), ...streams.slice(-3)]) {
    expect(stream.apply(large).length).toBe(large.length)
    expect(stream.apply(Uint8Array.of(1)).length).toBe(1)
  }
})
