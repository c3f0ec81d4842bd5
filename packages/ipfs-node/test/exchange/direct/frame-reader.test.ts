import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { varint } from 'multiformats'
import { FrameReader } from '../../../src/exchange/direct/frame-reader.ts'

function framed(message: Uint8Array): Uint8Array {
  return Buffer.concat([
    varint.encodeTo(message.length, new Uint8Array(varint.encodingLength(message.length))),
    message
  ])
}

describe('FrameReader', () => {
  it('gives the same messages however they are cut', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 })
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 400 }), (sent, step) => {
        const bytes = Buffer.concat(sent.map(framed))
        const received: Uint8Array[] = []
        const reader = new FrameReader(300, (message) => received.push(message))
        for (let start = 0; start < bytes.length; start += step) reader.push(bytes.subarray(start, start + step))
        expect(received.map((message) => Buffer.from(message))).toEqual(sent.map((message) => Buffer.from(message)))
      })
    )
  })

  it.each([
    ['larger than the limit', [0xad, 0x02]],
    ['of a length that would not end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['of four gigabytes', [0xff, 0xff, 0xff, 0xff, 0x0f]]
  ])('refuses a message %s', (_what, bytes) => {
    const reader = new FrameReader(300, () => {})
    expect(() => reader.push(Uint8Array.from(bytes))).toThrow(/a message of|a length of/)
  })
})
