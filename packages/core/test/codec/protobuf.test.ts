import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtobufReader, ProtobufWriter } from '../../src/codec/index.ts'
import { fromHex, toHex } from './vectors.ts'

/** The only field of a message, read by `read`. */
function only<T>(bytes: Uint8Array, read: (reader: ProtobufReader) => T): T {
  const reader = new ProtobufReader(bytes)
  expect(reader.next()).toBe(true)
  const value = read(reader)
  expect(reader.next()).toBe(false)
  return value
}

describe('protobuf', () => {
  it.each([
    [0, ''],
    [1, '0801'],
    [127, '087f'],
    [128, '088001'],
    [2 ** 32, '088080808010'],
    [2 ** 53 - 1, '08ffffffffffffff0f']
  ])('writes the unsigned %d as %s', (value, hex) => {
    expect(toHex(new ProtobufWriter().uint64(1, value).finish())).toBe(hex)
  })

  it('reads back numbers of every kind', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (large, small) => {
        fc.pre(large !== 0 && small !== 0)
        expect(only(new ProtobufWriter().int64(1, large).finish(), (reader) => reader.int64())).toBe(large)
        expect(only(new ProtobufWriter().sint32(1, small).finish(), (reader) => reader.sint32())).toBe(small)
        const magnitude = Math.abs(large)
        expect(only(new ProtobufWriter().uint64(1, magnitude).finish(), (reader) => reader.uint64())).toBe(magnitude)
      })
    )
  })

  it('cuts numbers to the size of their type', () => {
    expect(only(fromHex('08ffffffffffffffffff01'), (reader) => reader.uint32())).toBe(0xffffffff)
    expect(only(fromHex('08ffffffffffffffffff01'), (reader) => reader.int64())).toBe(-1)
    expect(only(fromHex('08ffffffffffffffffff01'), (reader) => reader.uint64())).toBe(2 ** 64)
  })

  it('reads back nested messages of any size', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.uint8Array({ maxLength: 20_000 }),
        (text, data) => {
          const bytes = new ProtobufWriter()
            .message(1, (outer) => outer.message(2, (inner) => inner.alwaysString(3, text)).alwaysBytes(4, data))
            .uint64(5, 6)
            .finish()
          const found: unknown[] = []
          const reader = new ProtobufReader(bytes)
          const walk = (): void => {
            while (reader.next()) {
              if (reader.field <= 2) reader.message(walk)
              else if (reader.field === 3) found.push(reader.string())
              else if (reader.field === 4) found.push(new Uint8Array(reader.bytes()))
              else found.push(reader.uint64())
            }
          }
          walk()
          expect(found).toEqual([text, data, 6])
        }
      )
    )
  })

  it('skips fields of every wire type', () => {
    const reader = new ProtobufReader(fromHex('0896011100000000000000001a0161250000000028072a0130'))
    const fields: number[] = []
    while (reader.next()) {
      fields.push(reader.field)
      reader.skip()
    }
    expect(fields).toEqual([1, 2, 3, 4, 5, 5])
  })

  it.each([
    ['00', 'field number 0'],
    ['0b', 'wire type 3'],
    ['08', 'cut short'],
    ['08ff', 'cut short'],
    ['08ffffffffffffffffffff01', 'longer than ten bytes'],
    ['0a02ff', 'cut short'],
    ['0affffffffffffffffff0100', 'cut short'],
    ['0d000000', 'cut short']
  ])('refuses %s', (hex, reason) => {
    expect(() => {
      const reader = new ProtobufReader(fromHex(hex))
      while (reader.next()) reader.skip()
    }).toThrow(expect.objectContaining({ code: 'ERR_BAD_ENCODING', message: expect.stringContaining(reason) }))
  })

  it('does not read beyond the end of a nested message', () => {
    const reader = new ProtobufReader(fromHex('0a020a050102030405'))
    reader.next()
    expect(() => reader.message(() => reader.next() && reader.bytes())).toThrow('cut short')
  })
})
