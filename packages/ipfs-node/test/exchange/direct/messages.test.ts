import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import { digest } from '../../../src/dag/hashes.ts'
import {
  decodeAnswer,
  decodeWants,
  encodeBlockHead,
  encodeRefusal,
  encodeWants,
  Status
} from '../../../src/exchange/direct/messages.ts'

/** A message without its length. */
function body(framed: Uint8Array): Uint8Array {
  const [length, start] = varint.decode(framed)
  expect(framed.length - start).toBe(length)
  return framed.subarray(start)
}

describe('messages of the blocks protocol', () => {
  it('carry wants', () => {
    const cids = fc.array(fc.uint8Array({ maxLength: 40 }).map((bytes) => CID.createV1(0x55, digest(bytes, 0x12))))
    fc.assert(
      fc.property(cids, (wanted) => {
        expect(decodeWants(body(encodeWants(wanted))).map(String)).toEqual(wanted.map(String))
      })
    )
  })

  it('carry blocks of any size, also none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (block) => {
        const message = body(Buffer.concat([encodeBlockHead(block.length), block]))
        expect(decodeAnswer(message)).toEqual({ status: Status.BLOCK, block })
      })
    )
    expect(decodeAnswer(body(encodeRefusal(Status.ABSENT))).status).toBe(Status.ABSENT)
  })

  it('pass over fields that they do not know', () => {
    const known = Uint8Array.of(0x08, Status.ABSENT)
    for (const unknown of [
      [0x78, 0x05],
      [0x7a, 0x02, 1, 2],
      [0x7d, 1, 2, 3, 4],
      [0x79, 1, 2, 3, 4, 5, 6, 7, 8]
    ]) {
      expect(decodeAnswer(Buffer.concat([Uint8Array.from(unknown), known])).status).toBe(Status.ABSENT)
    }
  })

  it('fail on bytes that are none, by an error and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        for (const decode of [decodeAnswer, decodeWants]) {
          try {
            decode(bytes)
          } catch (err) {
            expect(err).toBeInstanceOf(Error)
          }
        }
      })
    )
    expect(() => decodeAnswer(Uint8Array.of(0x12, 0x7f, 0))).toThrow('longer than its message')
    expect(() => decodeWants(Uint8Array.of(0x0b))).toThrow('unknown type')
  })
})
