import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { create } from 'multiformats/hashes/digest'
import { cidOfKey, keyOfCid } from '../../src/pintracker/cid-key.ts'
import { CidSet } from '../../src/pintracker/cid-set.ts'
import { testCid } from './fakes.ts'

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 })
const cids: fc.Arbitrary<CID> = fc.oneof(
  digest.map((bytes) => CID.createV0(create(0x12, bytes))),
  fc.tuple(fc.constantFrom(0x55, 0x70, 0x71), digest).map(([codec, bytes]) => CID.createV1(codec, create(0x12, bytes))),
  fc
    .tuple(fc.constantFrom(0x55, 0x70), fc.uint8Array({ maxLength: 40 }))
    .map(([codec, bytes]) => CID.createV1(codec, identity.digest(bytes)))
)

describe('CidSet', () => {
  it('is a map of CIDs to small numbers, of which the larger counts', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cids, fc.integer({ min: 1, max: 3 }))), fc.array(cids), (entries, others) => {
        const set = new CidSet()
        const model = new Map<string, number>()
        for (const [cid, value] of entries) {
          set.add(cid.bytes, value)
          model.set(cid.toString(), Math.max(value, model.get(cid.toString()) ?? 0))
        }
        expect(set.size).toBe(model.size)
        for (const cid of [...entries.map(([each]) => each), ...others]) {
          expect(set.get(cid.bytes)).toBe(model.get(cid.toString()) ?? 0)
        }
      })
    )
  })

  it('tells versions and codecs of one hash apart', () => {
    const v1 = testCid(1)
    const set = new CidSet()
    set.add(CID.createV1(0x70, v1.multihash).bytes, 2)
    expect(set.get(v1.bytes)).toBe(0)
    expect(set.get(CID.createV0(create(0x12, v1.multihash.digest)).bytes)).toBe(0)
  })

  it('grows', () => {
    const set = new CidSet()
    for (let n = 0; n < 20_000; n++) set.add(testCid(n).bytes, 1 + (n % 3))
    expect(set.size).toBe(20_000)
    for (let n = 0; n < 20_000; n += 7) expect(set.get(testCid(n).bytes)).toBe(1 + (n % 3))
    expect(set.get(testCid(20_001).bytes)).toBe(0)
  })
})

describe('a CID as key', () => {
  it('comes back as it was', () => {
    fc.assert(fc.property(cids, (cid) => expect(cidOfKey(keyOfCid(cid)).toString()).toBe(cid.toString())))
  })
})
