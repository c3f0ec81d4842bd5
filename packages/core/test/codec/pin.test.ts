import { isDefined, parseJSON, pinFromJSON, pinToJSON, stringify } from '@ipfs-cluster/api'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decodePin, encodePin, pinKey, pinKeyToCid } from '../../src/codec/index.ts'
import { cids, storedPins } from './arbitraries.ts'
import { fromHex, readFixture, readVectors, toHex } from './vectors.ts'

const vectors = readVectors('pins_protobuf.json')

describe('pins in protobuf', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))('reads %s', (_, { hex = '', json_value, extra }) => {
    expect(stringify(pinToJSON(decodePin(fromHex(hex))))).toBe(
      JSON.stringify(extra?.['json_after_decode'] ?? json_value)
    )
  })

  const written = vectors.filter(({ name }) => !name.startsWith('decode-only'))
  it.each(written.map((vector) => [vector.name, vector] as const))('writes %s', (_, { hex, json_value }) => {
    expect(toHex(encodePin(pinFromJSON(json_value)))).toBe(hex)
  })

  it('moves metadata of the deprecated map to the sorted list', () => {
    const { hex = '' } = vectors.find(({ name }) => name === 'decode-only-legacy-metadata-map') ?? {}
    expect(toHex(encodePin(decodePin(fromHex(hex))))).toContain(toHex(fromHex('52080a016b120376616c')))
  })

  it('reads back the lines of an export', () => {
    for (const line of readFixture('state_export.ndjson').trim().split('\n')) {
      expect(stringify(pinToJSON(decodePin(encodePin(pinFromJSON(parseJSON(line))))))).toBe(line)
    }
  })

  it('reads back what it writes', () => {
    fc.assert(fc.property(storedPins, (pin) => expect(decodePin(encodePin(pin))).toEqual(pin)))
  })

  it('takes the CID of the key over the one in the bytes', () => {
    fc.assert(fc.property(storedPins, cids, (pin, cid) => expect(decodePin(encodePin(pin), cid).cid).toBe(cid)))
  })

  it('leaves a malformed CID undefined, for the key to fill in', () => {
    expect(isDefined(decodePin(fromHex('0a03ffffff')).cid)).toBe(false)
  })

  it('throws an error of its own, or reads a pin, wherever the bytes are cut', () => {
    for (const { hex = '' } of vectors) {
      for (let end = 0; end < hex.length / 2; end++) {
        try {
          decodePin(fromHex(hex).subarray(0, end))
        } catch (error) {
          expect(error).toMatchObject({ name: 'ClusterError', code: expect.stringMatching(/^ERR_BAD_/) })
        }
      }
    }
  })

  it('never fails in another way on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          decodePin(bytes)
        } catch (error) {
          expect(error).toHaveProperty('name', 'ClusterError')
        }
      })
    )
  })

  it('writes a shard size that Go can read, whatever it was', () => {
    const largest = decodePin(fromHex('320b20ffffffffffffffffff01'))
    expect(largest.shardSize).toBe(2 ** 64)
    expect(decodePin(encodePin(largest)).shardSize).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('does not believe a giant length', () => {
    expect(() => decodePin(fromHex('0affffffffffffffff7f00'))).toThrow('cut short')
    expect(() => decodePin(fromHex('32ffffffff0f'))).toThrow('cut short')
  })

  it('keeps no hold of the buffer it read from', () => {
    const { hex = '' } = vectors.find(({ name }) => name === 'named-alloc') ?? {}
    const buffer = fromHex(hex)
    const pin = decodePin(buffer)
    const before = stringify(pinToJSON(pin))
    buffer.fill(0)
    expect(stringify(pinToJSON(pin))).toBe(before)
  })
})

describe('keys of pins', () => {
  interface KeyVector {
    json_value: { cid: string; dsstate_key: string }
  }
  const keys = (JSON.parse(readFixture('dsstate_keys.json')) as KeyVector[]).map(({ json_value }) => json_value)

  it.each(keys.map(({ cid, dsstate_key }) => [cid, dsstate_key]))('%s is kept under %s', (text, key) => {
    const cid = pinKeyToCid(key.slice(1))
    expect(cid.toString()).toBe(text)
    expect(`/${pinKey(cid)}`).toBe(key)
  })

  it('gives the CID back', () => {
    fc.assert(fc.property(cids, (cid) => expect(pinKeyToCid(pinKey(cid)).equals(cid)).toBe(true)))
  })

  it('refuses what is no key', () => {
    for (const key of ['', 'A', 'AFYBE!', 'CIQ']) expect(() => pinKeyToCid(key)).toThrow()
  })
})
