import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { startNode } from '../helpers.ts'

interface Entry {
  name: string
  type: string
  content: string
  mode: number
}

/** Reads a tar as POSIX says, with its extended headers. */
function readTar(tar: Buffer): Entry[] {
  const entries: Entry[] = []
  let extended: Record<string, string> = {}
  for (let at = 0; tar[at] !== 0 && at < tar.length;) {
    const header = tar.subarray(at, at + 512)
    const field = (from: number, to: number): string => header.toString('utf8', from, to).replace(/\0.*$/s, '')
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0)
    expect(Number.parseInt(field(148, 156), 8)).toBe(sum)
    const size = Number.parseInt(field(124, 136), 8)
    const body = tar.subarray(at + 512, at + 512 + size).toString()
    const type = field(156, 157)
    if (type === 'x') {
      extended = Object.fromEntries(
        [...body.matchAll(/\d+ ([^=]+)=(.*)\n/g)].map(([, key, value]) => [key, value])
      ) as never
      for (const [line] of body.matchAll(/(\d+) [^\n]+\n/g)) expect(Number.parseInt(line)).toBe(Buffer.byteLength(line))
    } else {
      entries.push({
        name: extended['path'] ?? field(0, 100),
        type,
        content: body,
        mode: Number.parseInt(field(100, 108), 8)
      })
      extended = {}
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return entries
}

describe('get', () => {
  it('sends trees as archives, whatever their names', async () => {
    const { client, post } = await startNode()
    const long = `${'long '.repeat(40)}name.txt`
    const files = [
      { path: 'd/a.txt', content: 'a' },
      { path: `d/${long}`, content: 'long' },
      { path: 'd/sub/größe.txt', content: 'x'.repeat(1000) }
    ]
    let root = ''
    for await (const { path, cid } of client.addAll(files)) if (path === 'd') root = cid.toString()
    const tar = Buffer.from(await (await post(`get?arg=${root}`)).bytes())
    expect(readTar(tar)).toEqual([
      { name: `${root}/`, type: '5', content: '', mode: 0o755 },
      { name: `${root}/a.txt`, type: '0', content: 'a', mode: 0o644 },
      { name: `${root}/${long}`, type: '0', content: 'long', mode: 0o644 },
      { name: `${root}/sub/`, type: '5', content: '', mode: 0o755 },
      { name: `${root}/sub/größe.txt`, type: '0', content: 'x'.repeat(1000), mode: 0o644 }
    ])
    const file = Buffer.from(await (await post(`get?arg=${root}/a.txt&compress=true&compression-level=9`)).bytes())
    expect(gunzipSync(file).toString()).toBe('a')
    const archive = Buffer.from(await (await post(`get?arg=${root}/a.txt&compress=true&archive=true`)).bytes())
    expect(readTar(gunzipSync(archive))).toMatchObject([{ name: 'a.txt', content: 'a' }])
  })
})
