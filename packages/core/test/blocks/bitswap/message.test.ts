import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtobufWriter } from '@ipfs-cluster/core/codec'
import { MAX_WANTS } from '../../../src/blocks/bitswap/defaults.ts'
import { decodeMessage, encodeMessage } from '../../../src/blocks/bitswap/message.ts'
import type { BitswapMessage } from '../../../src/blocks/bitswap/message.ts'
import { someCid } from '../support.ts'

const NEWEST = { presences: true, prefixes: true }
const cid = someCid('one')
const hex = Buffer.from(cid.bytes).toString('hex')
const empty: BitswapMessage = { wants: [], full: false, presences: [], blocks: [] }
const toHex = (message: Partial<BitswapMessage>, dialect = NEWEST): string =>
  Buffer.from(encodeMessage({ ...empty, ...message }, dialect)).toString('hex')

describe('a bitswap message', () => {
  it('has the fields that Go peers read', () => {
    const want = { cid, kind: 'have', cancel: false, sendDontHave: true } as const
    expect(toHex({ wants: [want], full: true })).toBe(
      `0a30` + `0a2c` + `0a24${hex}` + '1001' + '2001' + '2801' + '1001'
    )
    expect(toHex({ wants: [{ ...want, kind: 'block', cancel: true, sendDontHave: false }] })).toBe(
      `0a2c` + `0a2a` + `0a24${hex}` + '1001' + '1801'
    )
    expect(toHex({ presences: [{ cid, isThere: true }] })).toBe(`2226` + `0a24${hex}`)
    expect(toHex({ presences: [{ cid, isThere: false }] })).toBe(`2228` + `0a24${hex}` + '1001')
    const block = { prefix: Uint8Array.of(1, 0x70, 0x12, 0x20), bytes: Buffer.from('abc') }
    expect(toHex({ blocks: [block] })).toBe('1a0b' + '0a0401701220' + '1203616263')
  })

  it('leaves out what older versions do not know', () => {
    const want = { cid, kind: 'have', cancel: false, sendDontHave: true } as const
    const block = { prefix: Uint8Array.of(1, 0x70, 0x12, 0x20), bytes: Buffer.from('abc') }
    const message = { wants: [want], presences: [{ cid, isThere: true }], blocks: [block] }
    const oldest = toHex(message, { presences: false, prefixes: false })
    expect(oldest).toBe(`0a2a` + `0a28` + `0a24${hex}` + '1001' + '1203616263')
  })

  it('is read as it was written', () => {
    const entry = fc.record({
      cid: fc.string().map(someCid),
      kind: fc.constantFrom('block' as const, 'have' as const),
      cancel: fc.boolean(),
      sendDontHave: fc.boolean()
    })
    const presence = fc.record({ cid: fc.string().map(someCid), isThere: fc.boolean() })
    const block = fc.record({ prefix: fc.constant(Uint8Array.of(1, 0x70, 0x12, 0x20)), bytes: fc.uint8Array() })
    const message = fc.record({
      wants: fc.array(entry),
      full: fc.boolean(),
      presences: fc.array(presence),
      blocks: fc.array(block.filter(({ bytes }) => bytes.length > 0))
    })
    fc.assert(
      fc.property(message, (written) => {
        const read = decodeMessage(encodeMessage(written, NEWEST))
        expect({ ...read, blocks: read.blocks.map((bytes) => Buffer.from(bytes)) }).toEqual({
          ...written,
          blocks: written.blocks.map(({ bytes }) => Buffer.from(bytes))
        })
      })
    )
  })

  it('may be anything: it is read or refused, never more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        try {
          decodeMessage(bytes)
        } catch (err) {
          expect(err).toBeInstanceOf(Error)
        }
      }),
      { numRuns: 1000 }
    )
  })

  it('is not looked at beyond a bounded number of entries', () => {
    const writer = new ProtobufWriter().message(1, (list) => {
      for (let i = 0; i < 50_000; i++) list.message(1, (entry) => entry.bytes(1, cid.bytes))
    })
    for (let i = 0; i < 5000; i++)
      writer.message(4, (presence) => presence.bytes(1, cid.bytes)).alwaysBytes(2, cid.bytes)
    const { wants, presences, blocks } = decodeMessage(writer.finish())
    expect([wants.length, presences.length, blocks.length]).toEqual([MAX_WANTS, MAX_WANTS, MAX_WANTS])
  })

  it('is refused with a CID that is missing or huge', () => {
    const without = new ProtobufWriter().message(1, (list) => list.message(1, (entry) => entry.uint64(2, 1)))
    expect(() => decodeMessage(without.finish())).toThrow('without a CID')
    const huge = new ProtobufWriter().message(4, (presence) => presence.bytes(1, new Uint8Array(100_000)))
    expect(() => decodeMessage(huge.finish())).toThrow('a CID of 100000 bytes')
  })
})
