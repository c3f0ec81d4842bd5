import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { cannedPeer } from '../canned-peer.ts'
import type { CannedPeer } from '../canned-peer.ts'
import { run } from '../run.ts'

const [A, B, C] = [
  'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm',
  'QmUziqrwUSLDmuMXZtZTRxdaMy5DcueT39tjiE8zXejjUd',
  'bafkreiakgkiepncpc7upcd5yyxeheubn4iahbqcsiyqlh56ioccufs7ogq'
] as const
const folder = mkdtempSync(join(tmpdir(), 'ctl-pins-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A peer that refuses the second pin of a batch. */
async function batchPeer(version = '1.1.6+ts.0.1.0'): Promise<CannedPeer> {
  const results = [
    { line: 1, pin: { cid: A } },
    { line: 2, error: { code: 500, message: 'no room' } },
    { line: 3, pin: { cid: C } }
  ]
  return cannedPeer((asked) => {
    if (asked === 'GET /version') return { document: { version } }
    if (asked.includes('/batch')) return { stream: results }
    return asked.includes(B) ? { document: { code: 500, message: 'no room' }, status: 500 } : { document: { cid: A } }
  })
}

describe('pin add --file', () => {
  it('sends the CIDs of a file in one request, and tells of each line what came of it', async () => {
    await using peer = await batchPeer()
    const path = join(folder, 'cids')
    writeFileSync(path, `# mine\n${A}\r\n\nnot a cid\n  ${B}\n${C}`)
    const outcome = await run(['--host', peer.host, 'pin', 'add', '--file', path, '--name', 'n', '-r', '2'])
    expect(outcome.status).toBe(2)
    expect(outcome.stdout.split('\n').map((line) => line.slice(0, A.length))).toEqual([A, C.slice(0, A.length), ''])
    expect(outcome.stderr).toMatch(/^error : line 4: not a cid: .*\nerror : line 5: Qm.*: no room\n$/)
    const sent = (peer.bodies[1] ?? '').trim().split('\n')
    expect(sent.map((line) => JSON.parse(line))).toEqual(
      [A, B, C].map((cid) => expect.objectContaining({ cid, name: 'n', replication_factor_max: 2 }))
    )
  })

  it.each([
    ['-', []],
    ['--file', ['-']]
  ])('reads standard input for %s', async (word, more) => {
    await using peer = await batchPeer()
    const outcome = await run(['--host', peer.host, 'pin', 'add', word, ...more], {}, { stdin: `${A}\n${B}\n${C}\n` })
    expect(outcome).toMatchObject({ status: 2, stderr: `error : line 2: ${B}: no room\n` })
  })

  it('asks a Go peer for each', async () => {
    await using peer = await batchPeer('1.1.6')
    const lines = Array.from({ length: 40 }, (_, i) => (i === 7 ? B : A)).join('\n')
    const outcome = await run(['--host', peer.host, 'pin', 'add', '-'], {}, { stdin: lines })
    expect(outcome).toMatchObject({ status: 2, stderr: `error : line 8: ${B}: no room\n` })
    expect(outcome.stdout.split('\n')).toHaveLength(40)
    expect(peer.asked.filter((asked) => asked.startsWith('POST /pins/ipfs/'))).toHaveLength(40)
  })

  it('cannot wait, nor read what is not there', async () => {
    expect(await run(['pin', 'add', '--wait', '-'])).toMatchObject({ status: 1, stdout: '' })
    await using peer = await batchPeer()
    const outcome = await run(['--host', peer.host, 'pin', 'add', '--file', '/no/such/file'])
    expect(outcome).toMatchObject({ status: 1 })
    expect(outcome.stderr + outcome.stdout).toContain('open /no/such/file: no such file or directory')
  })
})
