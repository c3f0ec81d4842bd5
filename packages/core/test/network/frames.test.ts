import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { frame, readFrames } from '../../src/network/frames.ts'

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

async function read(source: AsyncIterable<Uint8Array>, maxSize = 1 << 20): Promise<Buffer[]> {
  const messages: Buffer[] = []
  for await (const message of readFrames(source, maxSize)) messages.push(Buffer.from(message))
  return messages
}

describe('frames', () => {
  it('come out as they went in, however the stream is cut', async () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat(200), { maxLength: 20 }), async (all, sizes) => {
        const bytes = Buffer.concat(all.map(frame))
        expect(await read(inPieces(bytes, sizes))).toEqual(all.map((message) => Buffer.from(message)))
      })
    )
  })

  it('have the length in front as a varint', () => {
    expect(Buffer.from(frame(Buffer.from('ab'))).toString('hex')).toBe('026162')
    expect(
      Buffer.from(frame(new Uint8Array(300)))
        .subarray(0, 3)
        .toString('hex')
    ).toBe('ac0200')
    expect(frame(new Uint8Array(0))).toEqual(Uint8Array.of(0))
  })

  it('are refused when they are too large, before they have come', async () => {
    await expect(read(inPieces(Uint8Array.of(0xff, 0xff, 0x7f), []))).rejects.toMatchObject({
      code: 'ERR_BAD_ENCODING'
    })
    await expect(read(inPieces(new Uint8Array(10).fill(0x80), []))).rejects.toThrow('five bytes')
    expect(await read(inPieces(frame(new Uint8Array(100)), []), 100)).toHaveLength(1)
  })

  it('are refused when the stream ends within one', async () => {
    await expect(read(inPieces(frame(new Uint8Array(9)).subarray(0, 5), [2]))).rejects.toThrow('ended within')
    await expect(read(inPieces(Uint8Array.of(0x80), []))).rejects.toThrow('ended within')
  })
})
