import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { msgpack } from '../../src/codec/index.ts'
import { fromHex, readVectors, toHex } from './vectors.ts'

const { MsgpackFramer } = msgpack
const values = [
  ...readVectors('pins_msgpack.json'),
  ...readVectors('msgpack_types.json'),
  ...readVectors('msgpack_decode_acceptance.json')
].map(({ hex = '' }) => hex)

/** The values of a framer that is fed the chunks one by one. */
function frame(chunks: Iterable<Uint8Array>): { values: string[]; pending: number } {
  const framer = new MsgpackFramer()
  const found: Uint8Array[] = []
  for (const chunk of chunks) {
    framer.push(chunk)
    for (let value = framer.next(); value !== undefined; value = framer.next()) found.push(value)
  }
  return { values: found.map(toHex), pending: framer.pending }
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let start = 0
  for (const size of [...sizes, bytes.length]) {
    chunks.push(bytes.slice(start, start + size))
    start += size
  }
  return chunks
}

describe('MsgpackFramer', () => {
  it('finds the values of a stream, however it is chopped up', () => {
    const chosen = fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(chosen, fc.array(fc.nat(40), { maxLength: 100 }), (stream, sizes) => {
        expect(frame(cut(fromHex(stream.join('')), sizes))).toEqual({ values: stream, pending: 0 })
      })
    )
  })

  it('finds them byte by byte', () => {
    const stream = fromHex(values.join(''))
    expect(frame(cut(stream, new Array<number>(stream.length).fill(1)))).toEqual({ values, pending: 0 })
  })

  it('says that a value is incomplete wherever the stream ends', () => {
    for (const hex of values) {
      const bytes = fromHex(hex)
      for (let end = 1; end < bytes.length; end++) {
        expect(frame([bytes.subarray(0, end)])).toEqual({ values: [], pending: end })
      }
    }
  })

  it('gives out bytes that later chunks do not change', () => {
    const framer = new MsgpackFramer()
    framer.push(fromHex('a1'))
    framer.push(fromHex('61a2'))
    const first = framer.next() ?? new Uint8Array(0)
    framer.push(fromHex('62'))
    framer.push(fromHex('63'))
    expect([toHex(first), toHex(framer.next() ?? new Uint8Array(0))]).toEqual(['a161', 'a26263'])
  })

  it('hands over what follows the values', () => {
    const framer = new MsgpackFramer()
    framer.push(fromHex('a16101020304'))
    expect(toHex(framer.next() ?? new Uint8Array(0))).toBe('a161')
    expect(toHex(framer.rest())).toBe('01020304')
    expect([framer.pending, framer.next()]).toEqual([0, undefined])
  })

  it.each(['db00010000', 'c600010000', 'dd00010000', 'df00010000', 'c900010000ff', '92a161db00010000'])(
    'refuses the length of %s as soon as it is known',
    (hex) => {
      const framer = new MsgpackFramer({ maxBytes: 65_536 })
      framer.push(fromHex(hex))
      expect(() => framer.next()).toThrow(expect.objectContaining({ code: 'ERR_BAD_ENCODING' }))
    }
  )

  it('refuses a value that grows too long bit by bit', () => {
    const framer = new MsgpackFramer({ maxBytes: 1000 })
    const grow = (): void => {
      for (let i = 0; i < 2000; i++) {
        framer.push(fromHex('91'))
        framer.next()
      }
    }
    expect(grow).toThrow(expect.objectContaining({ code: 'ERR_BAD_ENCODING' }))
  })

  it('refuses a byte that starts nothing', () => {
    const framer = new MsgpackFramer()
    framer.push(fromHex('c1'))
    expect(() => framer.next()).toThrow('invalid byte descriptor 0xc1')
  })

  it('takes time in proportion to a large value, not to its square', () => {
    const framer = new MsgpackFramer()
    const chunk = new Uint8Array(1024)
    const before = process.cpuUsage()
    framer.push(fromHex('db00f00000'))
    for (let sent = 0; sent < 0xf00000; sent += chunk.length) {
      expect(framer.next()).toBeUndefined()
      framer.push(chunk)
    }
    expect(framer.next()).toHaveLength(0xf00005)
    // Some 50 ms of processor time; copying everything for each chunk takes minutes.
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(20_000)
  })
})
