import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { multiaddrFromBytes, multiaddrToBytes } from '../../src/codec/index.ts'
import { multiaddrs } from './arbitraries.ts'
import { fromHex } from './vectors.ts'

describe('multiaddresses in binary', () => {
  it('come back', () => {
    fc.assert(fc.property(multiaddrs, (text) => expect(multiaddrFromBytes(multiaddrToBytes(text))).toBe(text)))
  })

  it('give the same the second time, when they are remembered', () => {
    const text = '/dns4/example.org/tcp/443/wss'
    expect(multiaddrFromBytes(multiaddrToBytes(text))).toBe(text)
    expect(multiaddrFromBytes(Buffer.from(multiaddrToBytes(text)))).toBe(text)
  })

  it.each(['', '04', '047f0000', 'ffff', '047f00000106'])('refuses the bytes %j', (hex) => {
    expect(() => multiaddrFromBytes(fromHex(hex))).toThrow(expect.objectContaining({ code: 'ERR_BAD_MULTIADDR' }))
  })

  it.each(['', 'nonsense', '/nonsense', '/ip4/1', '/ip4/1.2.3.4/tcp/x'])('refuses the text %j', (text) => {
    expect(() => multiaddrToBytes(text)).toThrow(expect.objectContaining({ code: 'ERR_BAD_MULTIADDR' }))
  })

  it('fails on any bytes in no other way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        try {
          multiaddrFromBytes(bytes)
        } catch (error) {
          expect(error).toHaveProperty('code', 'ERR_BAD_MULTIADDR')
        }
      })
    )
  })
})
