import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { totalSize, UploadLine } from '../../src/add/upload-line.ts'
import { LiveLine } from '../../src/output/live-line.ts'
import { cannedPeer } from '../canned-peer.ts'
import { run } from '../run.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const CLEAR = '\r\u001b[K'
const folder = mkdtempSync(join(tmpdir(), 'ctl-line-'))
const file = join(folder, 'a.bin')
writeFileSync(file, new Uint8Array(1_000_000))
afterAll(() => rmSync(folder, { recursive: true }))

function sink(isTTY: boolean): { isTTY: boolean; text: string; write(text: string): void } {
  return {
    isTTY,
    text: '',
    write(text) {
      this.text += text
    }
  }
}

describe('LiveLine', () => {
  it('shows one text in the place of another, but not each, and goes away', () => {
    const terminal = sink(true)
    const line = new LiveLine(terminal)
    line.show(() => 'one')
    line.show(() => 'two')
    line.clear()
    line.clear()
    expect(terminal.text).toBe(`${CLEAR}one${CLEAR}`)
  })

  it('leaves what is no terminal alone', () => {
    const pipe = sink(false)
    const line = new LiveLine(pipe)
    line.show(() => 'one')
    line.clear()
    expect(pipe.text).toBe('')
  })
})

describe('UploadLine', () => {
  it('tells how much of all there is was sent', () => {
    const terminal = sink(true)
    new UploadLine(new LiveLine(terminal), 2_000_000).show({ name: 'a.bin', bytes: 1_000_000 })
    expect(terminal.text).toMatch(/^\r\S+\[={15} {15}\] 50% 1\.0 MB of 2\.0 MB \d\S* \w+\/s a\.bin$/)
  })

  it('tells only how much, where nobody knows of how much', () => {
    const terminal = sink(true)
    new UploadLine(new LiveLine(terminal), undefined).show({ name: 'a.bin', bytes: 14_000 })
    expect(terminal.text).toMatch(/K14 kB \d\S* \w+\/s a\.bin$/)
  })

  it('knows the size of files alone', async () => {
    expect(await totalSize([file, file])).toBe(2_000_000)
    for (const other of [folder, 'https://example.org/x', join(folder, 'none')]) {
      expect(await totalSize([file, other])).toBeUndefined()
    }
  })
})

describe('on a terminal', () => {
  it('add shows the upload, and its output is the same as elsewhere', async () => {
    await using peer = await cannedPeer(() => ({ stream: [{ name: 'a.bin', cid: CID }] }))
    const words = ['--host', peer.host, 'add', file]
    const seen = await run(words, {}, { isTTY: true })
    expect(seen.stderr).toContain('a.bin')
    expect(seen.stderr.endsWith(CLEAR)).toBe(true)
    expect(await run(words)).toEqual({ status: 0, stdout: seen.stdout, stderr: '' })
  })

  it('--wait shows how far the peers are', async () => {
    const statuses = ['pinning', 'pinned']
    await using peer = await cannedPeer((asked) => {
      if (asked.startsWith('POST')) return { document: { cid: CID, replication_factor_min: 1 } }
      return { document: { cid: CID, peer_map: { a: { status: statuses.shift() }, b: { status: 'remote' } } } }
    })
    const { stderr } = await run(['--host', peer.host, 'pin', 'add', '--wait', '--ns', CID], {}, { isTTY: true })
    expect(stderr).toContain('waiting: pinned on 0 of 1 peers')
    expect(stderr.endsWith(CLEAR)).toBe(true)
  })
})
