import { describe, expect, it } from '@jest/globals'
import { encodeMultipart } from '../../src/index.ts'
import type { AddEntry } from '../../src/index.ts'

describe('encodeMultipart', () => {
  it('writes folders, files and links as the Go release does', async () => {
    const entries: AddEntry[] = [
      { type: 'directory', name: 'dir' },
      { type: 'file', name: 'dir/a b+c "ü".txt', content: [Buffer.from('one'), Buffer.from(' two')] },
      { type: 'symlink', name: 'dir/link', target: '../else' }
    ]
    expect(await encode(entries)).toBe(
      [
        '--B',
        'Content-Disposition: form-data; name="file"; filename="dir"',
        'Content-Type: application/x-directory',
        '',
        '',
        '--B',
        'Content-Disposition: form-data; name="file"; filename="dir%2Fa%20b%2Bc%20%22%C3%BC%22.txt"',
        'Content-Type: application/octet-stream',
        '',
        'one two',
        '--B',
        'Content-Disposition: form-data; name="file"; filename="dir%2Flink"',
        'Content-Type: application/symlink',
        '',
        '../else',
        '--B--',
        ''
      ].join('\r\n')
    )
  })

  it('opens a file when its turn comes', async () => {
    const order: string[] = []
    async function* content(name: string): AsyncGenerator<Uint8Array> {
      order.push(name)
      yield Buffer.from(name)
    }
    async function* entries(): AsyncGenerator<AddEntry> {
      for (const name of ['a', 'b']) {
        order.push(`entry ${name}`)
        yield { type: 'file', name, content: content(name) }
      }
    }
    await encode(entries())
    expect(order).toEqual(['entry a', 'a', 'entry b', 'b'])
  })

  it('says where content is that is not copied', async () => {
    const source = 'http://x.example/ü'
    const text = await encode([{ type: 'file', name: 'x', content: [], source }])
    expect(text).toContain('Abspath: http://x.example/%C3%BC\r\n')
  })
})

async function encode(entries: Iterable<AddEntry> | AsyncIterable<AddEntry>, boundary = 'B'): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of encodeMultipart(entries, boundary)) parts.push(part)
  return Buffer.concat(parts).toString()
}
