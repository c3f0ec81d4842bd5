import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { boundaryOf, describePart, readParts } from '../../src/rpc/multipart.ts'
import { joined } from '../helpers.ts'

const BOUNDARY = 'xYz'

function encode(parts: Uint8Array[], boundary = BOUNDARY): Buffer {
  const pieces: Uint8Array[] = []
  parts.forEach((part, i) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="f${i}"\r\nX-Extra: ${i}\r\n\r\n`
    pieces.push(Buffer.from(head), part, Buffer.from('\r\n'))
  })
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

async function* cut(bytes: Uint8Array, sizes: number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % Math.max(1, sizes.length)] ?? bytes.length
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function parse(body: AsyncIterable<Uint8Array>): Promise<{ extra?: string; content: Buffer }[]> {
  const parts: { extra?: string; content: Buffer }[] = []
  for await (const { headers, content } of readParts(body, BOUNDARY)) {
    parts.push({ extra: headers.get('x-extra'), content: await joined(content) })
  }
  return parts
}

describe('readParts', () => {
  // Contents full of what looks like the start of a delimiter.
  const tricky = fc
    .array(
      fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        '-',
        '--',
        `--${BOUNDARY.slice(0, 2)}`,
        `\r\n--${BOUNDARY.slice(0, 2)}`,
        'x',
        'data'
      ),
      {
        maxLength: 30
      }
    )
    .map((pieces) => Buffer.from(pieces.join('')))

  it('gives back every part, however the body is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(tricky, fc.uint8Array({ maxLength: 300 })), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 5 }),
        async (contents, sizes) => {
          const parts = await parse(cut(encode(contents), sizes))
          expect(parts.map(({ content }) => content)).toEqual(contents.map((content) => Buffer.from(content)))
          expect(parts.map(({ extra }) => extra)).toEqual(contents.map((_, i) => String(i)))
        }
      )
    )
  })

  it('skips what is left unread, and what stands before the first part', async () => {
    const body = Buffer.concat([Buffer.from('preamble\r\n'), encode([Buffer.from('one'), Buffer.from('two')])])
    const seen: string[] = []
    for await (const { headers } of readParts(cut(body, [7]), BOUNDARY)) seen.push(headers.get('x-extra') ?? '')
    expect(seen).toEqual(['0', '1'])
  })

  it('knows a body that was cut off', async () => {
    const body = encode([Buffer.from('content')])
    for (const length of [5, 60, body.length - 6]) {
      await expect(parse(cut(body.subarray(0, length), [11]))).rejects.toThrow('unexpected EOF')
    }
  })

  it('takes an empty part without an end of line of its own', async () => {
    const body = Buffer.from(`--${BOUNDARY}\r\nX-Extra: e\r\n\r\n--${BOUNDARY}--\r\n`)
    expect(await parse(cut(body, [3]))).toEqual([{ extra: 'e', content: Buffer.alloc(0) }])
  })
})

describe('describePart', () => {
  const part = (disposition: string, type?: string): ReturnType<typeof describePart> =>
    describePart(
      new Map([['content-disposition', disposition], ...(type === undefined ? [] : [['content-type', type] as const])])
    )

  it('reads names as Kubo does', () => {
    expect(part('form-data; name="file"; filename="a%20b%2Fc%2Bd.txt"').path).toBe('a b/c+d.txt')
    expect(part('form-data; name="file"; filename="one+two"').path).toBe('one two')
    expect(part('form-data; name="file"; filename="/abs/../x//y/"').path).toBe('x/y')
    expect(part('form-data; name="file"; filename="../../etc/passwd"').path).toBe('etc/passwd')
    expect(part('form-data; name="file"; filename="100%"').path).toBe('100%')
    expect(part('form-data; name="file"').path).toBe('')
    expect(part('form-data; name="file"; filename="say \\"hi\\""').path).toBe('say "hi"')
  })

  it('reads types, modes and times', () => {
    expect(part('form-data; name="dir"; filename="d"', 'application/x-directory').type).toBe('directory')
    expect(part('form-data; name="file"; filename="l"', 'application/symlink').type).toBe('symlink')
    expect(part('form-data; name="file?mode=0644&mtime=1604320500&mtime-nsecs=55"; filename="f"')).toEqual({
      path: 'f',
      type: 'file',
      mode: 0o644,
      mtime: { secs: 1604320500n, nsecs: 55 }
    })
  })
})

describe('boundaryOf', () => {
  it('finds the boundary of a form', () => {
    expect(boundaryOf('multipart/form-data; boundary=abc')).toBe('abc')
    expect(boundaryOf('Multipart/Form-Data; charset=x; boundary="a b"')).toBe('a b')
    expect(boundaryOf('text/plain')).toBeUndefined()
    expect(() => boundaryOf('multipart/form-data')).toThrow('no multipart boundary')
  })
})
