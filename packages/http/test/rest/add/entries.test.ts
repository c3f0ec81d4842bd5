import { describe, expect, it } from '@jest/globals'
import { readBoundary, toEntries } from '../../../src/rest/add/entries.ts'
import type { Part } from '../../../src/rest/add/multipart.ts'

async function entryOf(headers: Record<string, string>): Promise<{ path: string; kind: string; hasContent: boolean }> {
  async function* parts(): AsyncGenerator<Part> {
    yield { headers: new Map(Object.entries(headers)), body: (async function* () {})() }
  }
  for await (const { path, kind, content } of toEntries(parts()))
    return { path, kind, hasContent: content !== undefined }
  throw new Error('no entry')
}

async function nameOf(disposition: string): Promise<string> {
  return (await entryOf({ 'content-disposition': disposition })).path
}

describe('toEntries', () => {
  it.each([
    ['form-data; name="file"; filename="fox.txt"', 'fox.txt'],
    ['form-data; name="file"; filename="dir%2Fsub%2Fa+b%20c.txt"', 'dir/sub/a b c.txt'],
    ['form-data; filename="100%"', '100%'],
    ['form-data; filename="a\\"b"', 'a"b'],
    ['form-data; filename=plain.txt; name=file', 'plain.txt'],
    ['form-data; name="file"', ''],
    ['form-data; filename="%2F..%2F..%2Fetc%2Fpasswd"', 'etc/passwd'],
    ['form-data; filename="dir%2F"', 'dir'],
    ["form-data; filename*=UTF-8''%C3%A4.txt", 'ä.txt'],
    [`form-data; filename="${Buffer.from('ä.txt').toString('latin1')}"`, 'ä.txt'],
    ['form-data; filename="%FF"', '\ufffd']
  ])('%s is named %s', async (disposition, name) => {
    expect(await nameOf(disposition)).toBe(name)
  })

  it('tells folders and symlinks by their content type', async () => {
    expect(await entryOf({ 'content-type': 'application/x-directory' })).toEqual({
      path: '',
      kind: 'directory',
      hasContent: false
    })
    expect(await entryOf({ 'content-type': 'application/symlink' })).toEqual({
      path: '',
      kind: 'symlink',
      hasContent: true
    })
    expect(await entryOf({ 'content-type': 'text/html; charset=utf-8' })).toEqual({
      path: '',
      kind: 'file',
      hasContent: true
    })
    expect(await entryOf({})).toEqual({ path: '', kind: 'file', hasContent: true })
  })
})

describe('readBoundary', () => {
  it('takes both kinds of multipart that carry files', () => {
    expect(readBoundary('multipart/form-data; boundary="a b"')).toBe('a b')
    expect(readBoundary('Multipart/Mixed; Boundary=x')).toBe('x')
  })

  it.each([
    [undefined, "request Content-Type isn't multipart/form-data"],
    ['text/plain', "request Content-Type isn't multipart/form-data"],
    ['multipart/form-data', 'no multipart boundary param in Content-Type']
  ])('refuses %s', (type, message) => {
    expect(() => readBoundary(type)).toThrow(message)
  })
})
