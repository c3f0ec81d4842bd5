import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { base16 } from 'multiformats/bases/base16'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { base64url } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import {
  cidBytesToText,
  cidFromBytes,
  cidToText,
  commonCidTextToBytes,
  isDefined,
  parseCid,
  tryParseCid,
  UNDEFINED_CID
} from '../src/index.ts'

const TEXT = 'bafybeia5743r46dnk7y22e5xn66nmov7o3ci7pbn6igjxrxjwlk524o744'

const cids = fc
  .tuple(
    fc.constantFrom(0, 1),
    fc.constantFrom(0x55, 0x70, 0x71, 0x0129),
    fc.constantFrom(0x12, 0x1e, 0xb220),
    fc.uint8Array({ minLength: 32, maxLength: 32 })
  )
  .map(([version, codec, hash, bytes]) =>
    version === 0 ? CID.createV0(Digest.create(0x12, bytes)) : CID.createV1(codec, Digest.create(hash, bytes))
  )

describe('CIDs', () => {
  it('are read and written as multiformats does', () => {
    fc.assert(
      fc.property(cids, (cid) => {
        expect(cidToText(cid)).toBe(cid.toString())
        expect(cidBytesToText(cid.bytes)).toBe(cid.toString())
        for (const read of [parseCid(cid.toString()), cidFromBytes(cid.bytes)]) {
          expect(read.equals(cid)).toBe(true)
          expect([read.version, read.code, read.multihash.code, read.multihash.digest]).toEqual([
            cid.version,
            cid.code,
            cid.multihash.code,
            cid.multihash.digest
          ])
        }
      })
    )
  })

  it('are read at once in their common form, which is the same as at length', () => {
    const anyText = fc.oneof(
      cids.map(String),
      cids.map((cid) => String(cid).slice(0, -1)),
      cids.map((cid) => String(cid).toUpperCase()),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => cidBytesToText(bytes)),
      fc.string()
    )
    fc.assert(
      fc.property(anyText, (text) => {
        const bytes = commonCidTextToBytes(text)
        if (bytes !== undefined) expect(bytes).toEqual(parseCid(text).bytes)
      })
    )
    const { bytes } = parseCid(TEXT)
    expect(commonCidTextToBytes(TEXT)).toEqual(bytes)
    for (const other of ['', 'b', TEXT.slice(0, -1), `${TEXT}a`, TEXT.toUpperCase(), `b!${TEXT.slice(2)}`]) {
      expect(commonCidTextToBytes(other)).toBeUndefined()
    }
  })

  it('are read in other bases', () => {
    const cid = CID.parse(TEXT)
    for (const base of [base16, base36, base58btc, base64url]) {
      expect(parseCid(cid.toString(base as typeof base58btc)).equals(cid)).toBe(true)
    }
    expect(parseCid(cid.toString().toUpperCase()).equals(cid)).toBe(true)
  })

  it.each([
    ['', 'invalid cid: cid too short'],
    ['a', 'invalid cid: cid too short'],
    ['abc', 'invalid cid: selected encoding not supported'],
    ['QmTooShort', 'invalid cid: selected encoding not supported'],
    ['bafybeia5743r46dnk7y22e5xn66nmov7o3ci7pbn6igjxrxjwlk524o74', 'invalid cid: '],
    ['zQmRzGhPn44cg7gV8sPKCw9afWknxERQtv5uAgQ7413hXpw', 'invalid cid: a version 0 CID has no multibase prefix'],
    ['bcaca', 'invalid cid: invalid cid: expected 1 as the cid version number, got: 16'],
    ['QmRzGhPn44cg7gV8sPKCw9afWknxERQtv5uAgQ7413hXp0', 'invalid cid: ']
  ])('refuses %j', (text, message) => {
    expect(() => parseCid(text)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_CID', message: expect.stringContaining(message) })
    )
    expect(tryParseCid(text)).toBeUndefined()
  })

  it('fail on any other bytes in no other way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          expect(cidFromBytes(bytes).bytes).toEqual(bytes)
        } catch (error) {
          expect(error).toHaveProperty('code', 'ERR_BAD_CID')
        }
      })
    )
  })

  it('do not hold on to the buffer they were read from', () => {
    const source = Buffer.from(CID.parse('bafkqabtimvwgy3yk').bytes)
    const cid = cidFromBytes(source)
    source.fill(0)
    expect(cid.toString()).toBe('bafkqabtimvwgy3yk')
  })

  it('are undefined by identity, not by their bytes', () => {
    expect(isDefined(UNDEFINED_CID)).toBe(false)
    expect(isDefined(parseCid(UNDEFINED_CID.toString()))).toBe(true)
  })
})
