import { quote } from '@ipfs-cluster/api'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { LineBuffer, remembered, words } from '../../src/codec/line-buffer.ts'
import { texts } from './arbitraries.ts'

const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

describe('a buffer of lines', () => {
  it('quotes any text as the JSON writer does', () => {
    fc.assert(
      fc.property(texts, texts, texts, (before, text, after) => {
        const line = new LineBuffer()
        line.text('x')
        const start = utf8(before).length
        line.quoted(utf8(before + text + after), start, start + utf8(text).length)
        expect(line.take()).toBe(`x${quote(text)}`)
      }),
      { numRuns: 500 }
    )
  })

  it('quotes bytes that are no text as they are read elsewhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const line = new LineBuffer()
        line.quoted(bytes, 0, bytes.length)
        expect(line.take()).toBe(quote(Buffer.from(bytes).toString()))
      }),
      { numRuns: 500 }
    )
  })

  it('puts pieces of any length together', () => {
    const pieces = fc.array(fc.oneof(texts, fc.string({ minLength: 2000, maxLength: 5000 })), { maxLength: 30 })
    fc.assert(
      fc.property(pieces, (all) => {
        const line = new LineBuffer()
        for (const [i, piece] of all.entries()) {
          if (i % 2 === 0) line.put(words(piece))
          else line.text(piece)
        }
        expect(line.length).toBe(Buffer.byteLength(all.join('')))
        expect(line.take()).toBe(all.join(''))
        expect(line.length).toBe(0)
      }),
      { numRuns: 50 }
    )
  })

  it('forgets what follows a place', () => {
    const line = new LineBuffer()
    line.ascii('kept')
    const { length } = line
    line.ascii(', dropped')
    line.truncate(length)
    line.ascii('.')
    expect(line.take()).toBe('kept.')
    line.truncate(10)
    expect(line.take()).toBe('')
  })
})

describe('a remembered piece', () => {
  it('is made when one of its values changes', () => {
    let made = 0
    const piece = remembered((a: number, b: string) => `${a}${b}${'!'.repeat(++made)}`)
    const text = (a: number, b: string): string => Buffer.from(piece(a, b)).toString()
    expect([text(1, 'a'), text(1, 'a'), text(2, 'a'), text(2, 'b'), text(1, 'a')]).toEqual([
      '1a!',
      '1a!',
      '2a!!',
      '2b!!!',
      '1a!!!!'
    ])
  })
})
