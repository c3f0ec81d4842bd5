import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseNdjson } from '../src/index.ts'

describe('parseNdjson', () => {
  it('reads the same documents however the bytes are cut', async () => {
    const documents = fc.array(fc.jsonValue({ maxDepth: 2 }).map((value) => withoutLongIntegers(JSON.stringify(value))))
    await fc.assert(
      fc.asyncProperty(documents, fc.integer({ min: 1, max: 7 }), fc.boolean(), async (values, size, isClosed) => {
        const lines = values.map((value) => JSON.stringify(value)).join('\n')
        const all = Buffer.from(isClosed ? `${lines}\n` : lines)
        expect(await collect(pieces(all, size))).toEqual(values)
      })
    )
  })

  it('passes over empty lines and keeps long integers', async () => {
    expect(await collect(pieces(Buffer.from('\n1\n\n1795253822790861496\n \n'.replace(' \n', '')), 3))).toEqual([
      1,
      1795253822790861496n
    ])
  })

  it('gives what came before a broken line', async () => {
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const value of parseNdjson(pieces(Buffer.from('{"a":1}\n{"a":'), 4))) seen.push(value)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'ERR_BAD_RESPONSE', answered: true })
    expect(seen).toEqual([{ a: 1 }])
  })

  it('names what is no JSON', async () => {
    await expect(collect(pieces(Buffer.from('<html>\n'), 9))).rejects.toThrow(
      'invalid character "<" looking for beginning of value'
    )
  })

  it('refuses a line without end', async () => {
    await expect(collect(parseNdjsonOf('x'.repeat(101), 100))).rejects.toThrow('longer than 100 characters')
  })
})

/** Those become bigints, which is what the next test is about. */
function withoutLongIntegers(json: string): unknown {
  const isLong = (value: unknown): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)
  return JSON.parse(json, (_, value: unknown) => (isLong(value) ? 0 : value)) as unknown
}

async function* parseNdjsonOf(text: string, limit: number): AsyncGenerator<Uint8Array> {
  for await (const _ of parseNdjson(pieces(Buffer.from(text), 10), limit)) yield new Uint8Array()
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const value of parseNdjson(bytes)) values.push(value)
  return values
}

async function* pieces(all: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < all.length; i += size) yield all.subarray(i, i + size)
}
