import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { base58btc } from 'multiformats/bases/base58'
import { create } from 'multiformats/hashes/digest'
import { PinLines } from '../../src/ipfs/pin-lines.ts'

const cids = fc
  .tuple(fc.constantFrom(0, 0x55, 0x70, 0x0129), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([codec, bytes]) => (codec === 0 ? CID.createV0(create(0x12, bytes)) : CID.createV1(codec, create(0x12, bytes))))

const types = fc.constantFrom('recursive', 'direct')

/** As nodes of several releases write them. */
const lines = fc.tuple(cids, types, fc.nat(5), fc.string()).map(([cid, type, form, name]) => {
  const text = form === 1 && cid.version === 1 ? cid.toString(base58btc) : cid.toString()
  const written = [
    JSON.stringify({ Cid: text, Type: type }),
    JSON.stringify({ Cid: text, Name: name, Type: type }),
    JSON.stringify({ Type: type, Cid: text }),
    ` ${JSON.stringify({ Cid: text, Type: type })} `
  ]
  return { line: `${written[form] ?? written[0]}\n`, pin: `${cid.toString()} ${type}` }
})

function read(text: string, cuts: readonly number[]): string[] {
  const reader = new PinLines('pin/ls')
  const bytes = Buffer.from(text)
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  const pins = ends.flatMap((end, i) => reader.push(bytes.subarray(ends[i - 1] ?? 0, end)))
  return [...pins, ...reader.end()].map(({ cid, status }) => `${CID.decode(cid).toString()} ${status}`)
}

describe('lines of pins', () => {
  it('are read in any form, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(lines), fc.array(fc.nat(2000)), (items, cuts) => {
        expect(read(items.map(({ line }) => line).join(''), cuts)).toEqual(items.map(({ pin }) => pin))
      })
    )
  })

  it('are read from the map of older nodes, and with indirect pins among them', () => {
    const [a, b] = ['bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy', 'bafkqabtimvwgy3yk']
    expect(read(`{"Keys":{"${a}":{"Type":"recursive"},"${b}":{"Type":"direct"}}}`, [20, 40])).toEqual([
      `${a} recursive`,
      `${b} direct`
    ])
    expect(read(`{"Cid":"${b}","Type":"indirect through ${a}"}\n`, [])).toEqual([`${b} indirect`])
  })

  it.each([
    ['a CID that is none', '{"Cid":"bafnone","Type":"recursive"}\n'],
    ['no CID', `{"Cid":"b${'A'.repeat(58)}","Type":"recursive"}\n`],
    ['an answer that breaks off', '{"Cid":"bafkqabtimvwgy3yk","Ty'],
    ['something else', 'nothing of the kind\n'],
    ['a line without an end', '{"Cid":"'.padEnd(3 << 20, 'a')]
  ])('are refused with %s', (_, text) => {
    expect(() => read(text, [100])).toThrow(expect.objectContaining({ code: 'ERR_IPFS' }))
  })
})
