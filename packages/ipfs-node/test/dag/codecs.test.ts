import * as dagPb from '@ipld/dag-pb'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { codecByCode, isPbLeaf, linksOf, PB_HEAD } from '../../src/dag/codecs.ts'
import { FingerprintSet } from '../../src/dag/fingerprint-set.ts'
import { digest, matches } from '../../src/dag/hashes.ts'

const SHA2_256 = 0x12
const cidOf = (bytes: Uint8Array, code = 0x55): CID => CID.createV1(code, digest(bytes, SHA2_256))

describe('isPbLeaf', () => {
  it('agrees with the links of the block', () => {
    const links = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 3 })
    const data = fc.option(fc.uint8Array({ maxLength: 40_000 }), { nil: undefined })
    fc.assert(
      fc.property(data, links, (Data, targets) => {
        const Links = targets.map((target) => ({ Name: '', Hash: cidOf(target), Tsize: 1 }))
        const bytes = dagPb.encode({ ...(Data === undefined ? {} : { Data }), Links })
        expect(isPbLeaf(bytes.subarray(0, PB_HEAD), bytes.length)).toBe(Links.length === 0)
      })
    )
  })

  it('sees links that come after the data, as old writers put them', () => {
    const { Links, Data } = {
      Links: [{ Name: 'a', Hash: cidOf(Buffer.from('x')), Tsize: 1 }],
      Data: Buffer.from('data')
    }
    const dataOnly = dagPb.encode({ Data, Links: [] })
    const linksOnly = dagPb.encode({ Links })
    const bytes = Buffer.concat([dataOnly, linksOnly])
    expect(isPbLeaf(bytes.subarray(0, PB_HEAD), bytes.length)).toBe(false)
  })
})

describe('linksOf', () => {
  it('finds links wherever they are', () => {
    const [a, b] = [cidOf(Buffer.from('a')), cidOf(Buffer.from('b'))]
    const cbor = codecByCode(0x71)
    const bytes = cbor.encode({ list: [a, { deep: b }], again: a, text: 'x', none: null })
    const found = linksOf(cidOf(bytes, 0x71), bytes).map(({ cid }) => cid.toString())
    expect(found.sort()).toEqual([a, a, b].map(String).sort())
    expect(linksOf(cidOf(bytes), bytes)).toEqual([])
  })

  it('says which codec is missing, in the words of Kubo', () => {
    const bytes = Buffer.from('x')
    expect(() => linksOf(cidOf(bytes, 0x12c), bytes)).toThrow('no decoder registered for multicodec code 300 (0x12c)')
  })
})

describe('hashes', () => {
  it('know the blocks of a CID from others', () => {
    const bytes = Buffer.from('abc')
    for (const code of [0x11, 0x12, 0x13, 0x16, 0x1b, 0x1e, 0x56, 0xb220, 0xb240]) {
      const cid = CID.createV1(0x55, digest(bytes, code))
      expect(matches(cid, bytes)).toBe(true)
      expect(matches(cid, Buffer.from('abd'))).toBe(false)
    }
    const short = CID.createV1(0x55, digest(bytes, 0x12, 20))
    expect(matches(short, bytes)).toBe(true)
    expect(() => digest(bytes, 0x9999)).toThrow('unknown multihash code')
  })

  it('are those that the table names', () => {
    const hex = (code: number): string => Buffer.from(digest(Buffer.from('abc'), code).digest).toString('hex')
    expect(hex(0x12)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(hex(0xb220)).toBe('bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319')
    expect(hex(0x1e)).toBe('6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85')
    expect(hex(0x1b)).toBe('4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45')
  })
})

describe('FingerprintSet', () => {
  it('behaves as a set', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 400 }), (entries) => {
        const set = new FingerprintSet()
        const reference = new Set<string>()
        for (const entry of entries) {
          const key = Buffer.from(entry).toString('hex')
          expect(set.has(entry)).toBe(reference.has(key))
          expect(set.add(entry)).toBe(!reference.has(key))
          reference.add(key)
        }
        expect(set.size).toBe(reference.size)
      })
    )
  })

  it('takes over what another one has', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500)), fc.array(fc.nat(500)), (own, others) => {
        const [set, other] = [new FingerprintSet(), new FingerprintSet()]
        for (const entry of own) set.add(Buffer.from(`${entry}`))
        for (const entry of others) other.add(Buffer.from(`${entry}`))
        for (const _ of set.addAll(other));
        const all = new Set([...own, ...others])
        expect(set.size).toBe(all.size)
        for (let entry = 0; entry <= 500; entry++) expect(set.has(Buffer.from(`${entry}`))).toBe(all.has(entry))
      })
    )
  })

  it('tells a hundred thousand apart', () => {
    const set = new FingerprintSet()
    for (let i = 0; i < 100_000; i++) set.add(Buffer.from(String(i)))
    expect(set.size).toBe(100_000)
    expect(set.has(Buffer.from('100001'))).toBe(false)
  })
})
