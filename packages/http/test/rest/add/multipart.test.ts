import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseMultipart } from '../../../src/rest/add/multipart.ts'

const BOUNDARY = 'XXcapXX'

interface Read {
  headers: Record<string, string>
  body: string
}

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Read[]> {
  const parts: Read[] = []
  for await (const { headers, body } of parseMultipart(source, BOUNDARY)) {
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    parts.push({ headers: Object.fromEntries(headers), body: Buffer.concat(chunks).toString('latin1') })
  }
  return parts
}

function encode(bodies: readonly string[]): Buffer {
  const parts = bodies.map((body, i) => `--${BOUNDARY}\r\nX-Part: ${i}\r\n\r\n${body}\r\n`)
  return Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`, 'latin1')
}

/** Bodies made of what looks like a boundary, or half of one. */
const trickyBody = fc
  .array(
    fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '-',
      '--',
      '\r\n--',
      `--${BOUNDARY}`,
      `\r\n--XXcap`,
      '\r\r\n--X',
      'a',
      'XXcapXX',
      '\0',
      '\xff'
    ),
    { maxLength: 12 }
  )
  .map((pieces) => pieces.join(''))
  .filter((body) => !`\r\n${body}`.includes(`\r\n--${BOUNDARY}`))

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

describe('parseMultipart', () => {
  it('gives the same parts however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trickyBody, { maxLength: 5 }), sizes, async (bodies, cuts) => {
        const expected = bodies.map((body, i) => ({ headers: { 'x-part': String(i) }, body }))
        expect(await readAll(chunksOf(encode(bodies), cuts))).toEqual(expected)
      }),
      { numRuns: 500 }
    )
  })

  it('refuses a body that ends anywhere before its closing boundary', async () => {
    const bytes = encode(['one\r\n--XXcap', '', 'two'])
    const closing = bytes.lastIndexOf('--\r\n')
    for (let length = 0; length < closing + 2; length++) {
      await expect(readAll(chunksOf(bytes.subarray(0, length), [7]))).rejects.toThrow('multipart: NextPart: EOF')
    }
    expect(await readAll(chunksOf(bytes.subarray(0, closing + 2), [7]))).toHaveLength(3)
  })

  it('skips what stands before the first boundary and behind the last', async () => {
    const bytes = Buffer.concat([Buffer.from('for old readers\r\n'), encode(['x']), Buffer.from('more')])
    expect(await readAll(chunksOf(bytes, [3]))).toEqual([{ headers: { 'x-part': '0' }, body: 'x' }])
  })

  it('takes a part without headers, one without content, and blanks behind a boundary', async () => {
    const bytes = Buffer.from(`--${BOUNDARY} \t\r\n\r\na\r\n--${BOUNDARY}\r\nA: 1\r\n b\r\n\r\n--${BOUNDARY}--`)
    expect(await readAll(chunksOf(bytes, [1]))).toEqual([
      { headers: {}, body: 'a' },
      { headers: { a: '1 b' }, body: '' }
    ])
  })

  it('skips bodies that nobody reads', async () => {
    const seen: string[] = []
    for await (const { headers } of parseMultipart(chunksOf(encode(['one', 'two']), [4]), BOUNDARY))
      seen.push(headers.get('x-part') ?? '')
    expect(seen).toEqual(['0', '1'])
  })

  it('refuses headers that do not end', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`--${BOUNDARY}\r\nA: `)
      for (;;) yield Buffer.alloc(1024, 'a')
    }
    await expect(readAll(endless())).rejects.toThrow('the headers of a part are too long')
  })

  it('reads no further than it is asked to', async () => {
    let read = 0
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunksOf(encode(['x'.repeat(100_000)]), [1000])) {
        read++
        yield chunk
      }
    }
    for await (const { body } of parseMultipart(counted(), BOUNDARY)) {
      const iterator = body[Symbol.asyncIterator]()
      await iterator.next()
      await iterator.next()
      expect(read).toBeLessThanOrEqual(3)
      break
    }
    expect(read).toBeLessThanOrEqual(3)
  })
})
