import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rawCid } from './harness/cids.ts'
import { TestCluster } from './harness/cluster.ts'
import { temporaryFolder } from './harness/folder.ts'
import { OUR_BINS } from './harness/peer.ts'
import type { Peer } from './harness/peer.ts'
import type { Outcome } from './harness/process.ts'
import { Program } from './harness/process.ts'

const CIDS = Array.from({ length: 300 }, (_, n) => rawCid(`listed ${n}`).toString())

/** What `ipfs-cluster-ctl` has beyond the Go release, at peers that run. */
describe('ipfs-cluster-ctl beyond the Go release', () => {
  const folder = temporaryFolder()
  const cluster = new TestCluster({ env: { CLUSTER_REPLICATIONFACTORMIN: '1', CLUSTER_REPLICATIONFACTORMAX: '1' } })

  beforeAll(async () => {
    for (let i = 0; i < 3; i++) await cluster.add()
    await cluster.settled()
  }, 120_000)
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  it('pins the CIDs of a file', async () => {
    const path = join(folder.path, 'cids')
    writeFileSync(path, `${CIDS.join('\n')}\nnonsense\n`)
    const { code, stdout, stderr } = await ctl('pin', 'add', '--file', path, '--name', 'listed', '-r', '2')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error : line 301: nonsense: .*\n$/)
    expect(stdout.split('\n').slice(0, -1)).toEqual(
      CIDS.map((cid) => expect.stringMatching(new RegExp(`^${cid} \\| listed \\| PIN \\| Repl. Factor: 2--2 `)))
    )
  })

  it('exports the pinset of the running peer', async () => {
    const path = join(folder.path, 'pins.json')
    expect(await ctl('state', 'export', '-f', path)).toEqual({ code: 0, stdout: '', stderr: '' })
    const exported = readFileSync(path, 'utf8')
    expect(exported.match(/"listed"/g)).toHaveLength(CIDS.length)
    expect((await ctl('state', 'export')).stdout.split('\n').sort()).toEqual(exported.split('\n').sort())
  })

  it('tells why a pin is where it is', async () => {
    const { code, stdout } = await ctl('status', '--why', CIDS[0] ?? '')
    expect(code).toBe(0)
    expect(stdout).toContain('  > Allocation: an allocation now would leave the pin where it is\n')
    for (const { id } of cluster.peers) expect(stdout).toContain(id)
    expect((await ctl('--enc', 'json', 'status', '--why', CIDS[0] ?? '')).stdout).toContain('"allocation": {')
  })

  it('watches the pinset', async () => {
    const cid = rawCid('watched').toString()
    const watching = new Program(join(OUR_BINS, 'ipfs-cluster-ctl'), [...host(), 'status', '--watch'])
    await watching.waitFor(new RegExp(`^${CIDS[0]}`, 'm'), 60_000)
    await ctl('pin', 'add', '--ns', cid)
    await watching.waitFor(new RegExp(`^${cid}:\\n( {4}> .*\\n)*? {4}> peer\\d +: PINNED`, 'm'), 60_000)
    await ctl('pin', 'rm', '--ns', cid)
    await watching.waitFor(new RegExp(`^${cid}:\\n( {4}> .*UNPINNED.*\\n){3}`, 'm'), 60_000)
    expect(await watching.stop('SIGINT')).toBe('SIGINT')
    expect(watching.stderr).toBe('')
  }, 240_000)

  it('lays out the status as a table', async () => {
    const { stdout } = await ctl('--enc', 'table', 'status', ...CIDS.slice(0, 2))
    const [head, ...rows] = stdout.trimEnd().split('\n')
    expect(head).toMatch(/^CID +NAME +PEER +STATUS +SINCE +ATTEMPTS +ERROR$/)
    expect(rows).toHaveLength(6)
    expect(new Set(rows.map((row) => row.indexOf('peer'))).size).toBe(1)
  })

  it('drains a peer', async () => {
    const drained = cluster.peers[2]?.id ?? ''
    const { code, stdout } = await ctl('peers', 'drain', '--wait', drained)
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^${drained} \\| Left: 0 \\|`))
    expect((await ctl('pin', 'ls')).stdout).not.toContain(drained)
    expect((await ctl('peers', 'maintenance')).stdout).toContain(`${drained} | drain | `)
    expect(await ctl('peers', 'drain', '--stop', drained)).toMatchObject({ code: 0, stdout: '' })
    expect((await ctl('peers', 'maintenance')).stdout).toBe('')
  }, 240_000)

  it('plans a rebalancing, and tells how far it is', async () => {
    expect((await ctl('rebalance', '--plan')).stdout).toMatch(/^Moves: \d+$/m)
    expect((await ctl('rebalance')).stdout).toMatch(/^idle \| Done: \d+ of \d+ /)
  })

  it('measures the peer, and leaves nothing behind', async () => {
    const before = (await ctl('pin', 'ls')).stdout
    const { code, stdout } = await ctl('bench', '--requests', '20', '--pins', '10')
    expect(code).toBe(0)
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
      ...['version', 'id', 'pin', 'status', 'pin', 'pin', '']
    ])
    expect((await ctl('pin', 'ls')).stdout.length).toBe(before.length)
  })

  function host(): string[] {
    return ['--host', `/ip4/127.0.0.1/tcp/${first().restPort}`]
  }

  function first(): Peer {
    const [peer] = cluster.peers
    if (peer === undefined) throw new Error('there is no peer')
    return peer
  }

  async function ctl(...args: string[]): Promise<Outcome> {
    return first().ctl(...args)
  }
})
