import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ResponseReader } from '../../../src/transport/socket/http1.ts'
import type { ByteSource, ResponseHead } from '../../../src/transport/socket/http1.ts'

const HEAD = 'HTTP/1.1 200 OK\r\n'

describe('ResponseReader', () => {
  it('reads the same answer however the bytes are cut', async () => {
    const content = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(content, fc.array(fc.integer({ min: 1, max: 9 })), async (chunks, cuts) => {
        const framed = chunks.map((chunk) => [bytes(`${chunk.length.toString(16)};x=y\r\n`), chunk, bytes('\r\n')])
        const all = Buffer.concat([
          bytes(`HTTP/1.1 100 Continue\r\n\r\n${HEAD}Transfer-Encoding: chunked\r\nA: 1\r\na:2 \r\n\r\n`),
          ...framed.flat(),
          bytes('0\r\nX-End: over: and out\r\n\r\n')
        ])
        const { head, body, reader } = await readAll(cut(all, cuts))
        expect(head.status).toBe(200)
        expect(head.headers.get('a')).toEqual(['1', '2'])
        expect(body).toEqual(Buffer.concat(chunks))
        expect(reader.trailer('x-end')).toEqual(['over: and out'])
      })
    )
  })

  it.each([
    ['a length', `${HEAD}Content-Length: 5\r\n\r\nhello and more`, 'hello'],
    ['no length: until the end', `${HEAD}\r\nhello and more`, 'hello and more'],
    ['no content', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', ''],
    ['bare line feeds', 'HTTP/1.0 200\nContent-Length: 2\n\nok', 'ok']
  ])('takes %s', async (_, text, expected) => {
    const { body } = await readAll([bytes(text)])
    expect(body.toString()).toBe(expected)
  })

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n', 'malformed HTTP response "SSH-2.0-OpenSSH"'],
    ['nothing', '', 'unexpected EOF'],
    ['half a head', `${HEAD}Content-Le`, 'unexpected EOF'],
    ['half the content', `${HEAD}Content-Length: 5\r\n\r\nhel`, 'unexpected EOF'],
    ['half a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`, 'unexpected EOF'],
    ['no last chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n`, 'unexpected EOF'],
    ['no end of the trailers', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n`, 'unexpected EOF'],
    ['a bad size', `${HEAD}Transfer-Encoding: chunked\r\n\r\n-5\r\nhel`, 'bad length'],
    ['a bad length', `${HEAD}Content-Length: 5x\r\n\r\nhello`, 'bad length'],
    ['a chunk longer than it said', `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n`, 'malformed chunked'],
    ['a header that is none', `${HEAD}nonsense\r\n\r\n`, 'malformed header line'],
    ['a line without end', HEAD + 'x'.repeat(70_000), 'line too long'],
    ['headers without end', HEAD + 'a: b\r\n'.repeat(300), 'too many header lines']
  ])('refuses %s', async (_, text, reason) => {
    await expect(readAll([bytes(text)])).rejects.toMatchObject({
      code: 'ERR_BAD_RESPONSE',
      message: expect.stringContaining(reason)
    })
  })
})

async function readAll(chunks: Uint8Array[]): Promise<{ head: ResponseHead; body: Buffer; reader: ResponseReader }> {
  const source: ByteSource = { next: async () => chunks.shift() }
  const reader = new ResponseReader(source)
  const head = await reader.head()
  const parts: Uint8Array[] = []
  for await (const part of reader.body(head)) parts.push(part)
  return { head, body: Buffer.concat(parts), reader }
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text)
}

function cut(all: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = []
  let start = 0
  for (const size of sizes) {
    parts.push(all.subarray(start, start + size))
    start += size
  }
  return [...parts, all.subarray(start)].filter((part) => part.length > 0)
}
