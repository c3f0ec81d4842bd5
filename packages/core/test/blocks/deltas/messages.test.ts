import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtobufWriter } from '@ipfs-cluster/core/codec'
import { MAX_CIDS } from '../../../src/blocks/deltas/defaults.ts'
import { decodeAnswer, decodeRequest, encodeAnswer, encodeRequest } from '../../../src/blocks/deltas/messages.ts'
import { someCid } from '../support.ts'

const cids = fc.array(fc.string().map(someCid), { maxLength: 10 })

describe('messages between peers of this program', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(cids, cids, fc.array(fc.uint8Array()), fc.nat(10), (wanted, known, blocks, end) => {
        expect(decodeRequest(encodeRequest({ kind: 'stretch', wanted, known }))).toEqual({
          kind: 'stretch',
          wanted,
          known
        })
        const answer = decodeAnswer(encodeAnswer({ heads: wanted, blocks, end }))
        expect({ ...answer, blocks: answer.blocks.map((bytes) => new Uint8Array(bytes)) }).toEqual({
          heads: wanted,
          blocks,
          ...(end !== 0 && { end })
        })
      })
    )
    expect(decodeRequest(encodeRequest({ kind: 'heads' }))).toEqual({ kind: 'heads' })
  })

  it('may have more fields than this version knows', () => {
    const newer = new ProtobufWriter().message(9, (request) => request.string(1, 'news')).finish()
    expect(decodeRequest(newer)).toEqual({ kind: 'unknown' })
    expect(decodeRequest(Buffer.concat([encodeRequest({ kind: 'heads' }), newer]))).toEqual({ kind: 'heads' })
    expect(decodeAnswer(newer)).toEqual({ heads: [], blocks: [] })
  })

  it('are refused with too many CIDs or none', () => {
    const wanted = Array.from({ length: MAX_CIDS + 1 }, () => someCid('one'))
    expect(() => decodeRequest(encodeRequest({ kind: 'stretch', wanted, known: [] }))).toThrow('more than')
    expect(() => decodeAnswer(new ProtobufWriter().bytes(1, Buffer.from('no CID')).finish())).toThrow()
  })

  it('may be anything: they are read or refused, never more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => {
        for (const decode of [decodeRequest, decodeAnswer]) {
          try {
            decode(bytes)
          } catch (err) {
            expect(err).toBeInstanceOf(Error)
          }
        }
      }),
      { numRuns: 1000 }
    )
  })
})
