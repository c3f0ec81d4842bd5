import { describe, expect, it } from '@jest/globals'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { Uint8ArrayList } from 'uint8arraylist'
import fc from 'fast-check'
import { signingKey } from '../../src/network/signing-key.ts'

describe('signingKey', () => {
  it('signs as the key that it is made of', async () => {
    const key = await generateKeyPair('Ed25519')
    const quick = signingKey(key)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(200), async (message, cut) => {
        const expected = Buffer.from(await key.sign(message))
        expect(Buffer.from(await quick.sign(message))).toEqual(expected)
        const list = new Uint8ArrayList(message.subarray(0, cut), message.subarray(cut))
        expect(Buffer.from(await quick.sign(list))).toEqual(expected)
        expect(await quick.publicKey.verify(message, await quick.sign(message))).toBe(true)
      })
    )
    expect([quick.type, quick.raw, quick.equals(key), key.equals(quick)]).toEqual(['Ed25519', key.raw, true, true])
    expect(quick.equals(await generateKeyPair('Ed25519'))).toBe(false)
  })

  it('leaves keys of other kinds alone', async () => {
    const key = await generateKeyPair('secp256k1')
    expect(signingKey(key)).toBe(key)
  })
})
