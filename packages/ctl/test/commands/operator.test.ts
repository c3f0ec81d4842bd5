import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { cannedPeer } from '../canned-peer.ts'
import { run } from '../run.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const PEER = '12D3KooWA768LzHMatxkjD1f9DrYW375GZJr6MHPCNEdDtHeTNRt'
const OTHER = '12D3KooWHVXoJnv2ifmr9K6LWwJPXxkfvzZRHzjiTZMvybeTnwPy'

describe('peers drain', () => {
  it('begins, and shows what is left', async () => {
    await using peer = await cannedPeer(() => ({ document: { peer: PEER, left: 3, moving: 1, everywhere: 2 } }))
    const { status, stdout } = await run(['--host', peer.host, 'peers', 'drain', '--to-minimum', PEER])
    expect(status).toBe(0)
    expect(stdout).toBe(`${PEER} | Left: 3 | Moving: 1 | Pinned everywhere: 2\n`)
    expect(peer.asked).toEqual([`POST /peers/${PEER}/drain?to-minimum=true`, `GET /peers/${PEER}/drain`])
  })

  it('waits until nothing is left', async () => {
    let left = 2
    await using peer = await cannedPeer(() => ({ document: { peer: PEER, left: left-- } }))
    const { stdout } = await run(['--host', peer.host, 'peers', 'drain', '--status', '--wait', PEER])
    expect(stdout).toContain('Left: 0')
    expect(peer.asked).toEqual(new Array(3).fill(`GET /peers/${PEER}/drain`))
  })

  it('ends', async () => {
    await using peer = await cannedPeer(() => (_, response) => response.writeHead(204).end())
    expect(await run(['--host', peer.host, 'peers', 'drain', '--stop', PEER])).toMatchObject({ status: 0, stdout: '' })
    expect(peer.asked).toEqual([`DELETE /peers/${PEER}/mark`])
  })

  it.each([[['drain']], [['drain', 'x']], [['drain', '--stop', '--wait', PEER]]])('refuses %j', async (words) => {
    expect(await run(['peers', ...words])).toMatchObject({ status: 1, stdout: '' })
  })
})

describe('peers maintenance', () => {
  it('begins for a time, is listed, and ends', async () => {
    const mark = { peer: PEER, kind: 'maintenance', at: '2026-11-21T09:36:40Z', until: '2026-11-21T11:36:40Z' }
    await using peer = await cannedPeer((asked) => {
      if (asked.startsWith('DELETE')) return (_, response) => response.writeHead(204).end()
      return { document: asked.endsWith('/marks') ? [mark] : mark }
    })
    const host = ['--host', peer.host, 'peers', 'maintenance']
    const line = `${PEER} | maintenance | Since: 2026-11-21T09:36:40Z | Until: 2026-11-21T11:36:40Z\n`
    expect((await run([...host, '--for', '2h', PEER])).stdout).toBe(line)
    expect((await run(host)).stdout).toBe(line)
    expect((await run([...host, '--end', PEER])).stdout).toBe('')
    expect(peer.asked).toEqual([
      `POST /peers/${PEER}/maintenance?for=2h0m0s`,
      'GET /peers/marks',
      `DELETE /peers/${PEER}/mark`
    ])
  })
})

describe('rebalance', () => {
  const progress = { state: 'running', total: 5, done: 2, moving: 1, failed: 1, reasons: ['no way'] }
  const plan = {
    moves: [{ cid: CID, from: PEER, to: OTHER }],
    before: { [OTHER]: 1000, [PEER]: 5000 },
    after: { [OTHER]: 3000, [PEER]: 3000 },
    is_complete: true
  }

  it.each([
    [[], 'GET /rebalance'],
    [['--apply'], 'POST /rebalance'],
    [['--stop'], 'DELETE /rebalance']
  ])('%j tells how far it is', async (words, asked) => {
    await using peer = await cannedPeer(() => ({ document: progress }))
    const { status, stdout } = await run(['--host', peer.host, 'rebalance', ...words])
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'running | Done: 2 of 5 | Moving: 1 | Failed: 1\n  > no way\n'
    })
    expect(peer.asked).toEqual([asked])
  })

  it('shows a plan', async () => {
    await using peer = await cannedPeer(() => ({ document: plan }))
    const { stdout } = await run(['--host', peer.host, 'rebalance', '--plan'])
    expect(stdout).toContain(`${CID}: ${PEER} -> ${OTHER}\nMoves: 1\n  > ${PEER} : 5.0 kB -> 3.0 kB\n`)
    expect(await run(['rebalance', '--plan', '--apply'])).toMatchObject({ status: 1, stdout: '' })
  })
})

describe('state export', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ctl-export-'))
  const path = join(folder, 'pins.json')
  const lines = `{"cid":"${CID}","name":"ü"}\n`.repeat(3)

  it('writes to standard output, or to a file that is there only when it is whole', async () => {
    let isBroken = false
    await using peer = await cannedPeer(() => (_, response) => {
      response.write(lines.slice(0, 70), () => (isBroken ? response.destroy() : response.end(lines.slice(70))))
    })
    const words = ['--host', peer.host, 'state', 'export']
    expect((await run(words)).stdout).toBe(lines)
    expect(await run([...words, '-f', path])).toMatchObject({ status: 0, stdout: '' })
    expect(readFileSync(path, 'utf8')).toBe(lines)
    isBroken = true
    rmSync(path)
    expect(await run([...words, '-f', path])).toMatchObject({ status: 1 })
    expect(readdirSync(folder)).toEqual([])
    expect(await run([...words, '-f', '/no/dir/file'])).toMatchObject({
      status: 1,
      stderr: 'error creating output file: open /no/dir/file: no such file or directory\n'
    })
    rmSync(folder, { recursive: true })
  })
})
