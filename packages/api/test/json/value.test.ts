import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compareText, parseJSON, quote, stringify } from '../../src/index.ts'
import type { JsonValue } from '../../src/index.ts'

describe('stringify', () => {
  it.each<[JsonValue, string]>([
    [null, 'null'],
    ['<a href="x">&</a>', '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u003c/a\\u003e"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['\b\f\n\r\t\u0001\u007f', '"\\b\\f\\n\\r\\t\\u0001\u007f"'],
    ['é😀', '"é😀"'],
    ['a\ud800b', '"a\\ufffdb"'],
    ['\\ud800', '"\\\\ud800"'],
    ['\\\udfff\\', '"\\\\\\ufffd\\\\"'],
    [1700000030123456789n, '1700000030123456789'],
    [-0, '-0'],
    [1e21, '1e+21'],
    [1e-7, '1e-7'],
    [110.13512294446117, '110.13512294446117'],
    [[], '[]'],
    [{}, '{}'],
    [{ a: [1, true, { b: null }] }, '{"a":[1,true,{"b":null}]}']
  ])('writes %p', (value, text) => {
    expect(stringify(value)).toBe(text)
  })

  it('indents as Go does', () => {
    expect(stringify({ a: [], b: {}, c: [1, { d: 2 }] }, 4)).toBe(
      '{\n    "a": [],\n    "b": {},\n    "c": [\n        1,\n        {\n            "d": 2\n        }\n    ]\n}'
    )
  })

  it('refuses what is no number', () => {
    expect(() => stringify(Number.NaN)).toThrow(TypeError)
    expect(() => stringify([Infinity])).toThrow(TypeError)
  })

  it('writes what JSON.parse reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => expect(JSON.parse(stringify(value as JsonValue, 2))).toEqual(value))
    )
  })

  it('quotes any text so that it reads back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(quote(text))).toBe(text.toWellFormed())
        expect(quote(text)).not.toMatch(/[<>&\u2028\u2029]/)
      })
    )
  })
})

describe('parseJSON', () => {
  it('keeps integers of 64 bits exact, wherever they stand', () => {
    expect(parseJSON('{"a":[9007199254740993,-9223372036854775808],"b":12}')).toEqual({
      a: [9007199254740993n, -9223372036854775808n],
      b: 12
    })
  })

  it('leaves other numbers alone', () => {
    expect(parseJSON('[9007199254740991,1.0000000000000001,1e20,"9007199254740993"]')).toEqual([
      9007199254740991,
      1,
      1e20,
      '9007199254740993'
    ])
  })

  it('refuses what is no JSON', () => {
    for (const text of ['', '{', '[1,]', '{"a":9007199254740993']) expect(() => parseJSON(text)).toThrow(SyntaxError)
  })

  it('reads back any integer of 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }), (value) => {
        expect(BigInt(parseJSON(stringify(value)) as bigint | number)).toBe(value)
      })
    )
  })
})

describe('compareText', () => {
  it('orders as the bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      })
    )
    expect(compareText('\uffff', '\u{10000}')).toBeLessThan(0)
  })
})
