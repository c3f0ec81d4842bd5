import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { rawCid } from './harness/cids.ts'
import { temporaryFolder } from './harness/folder.ts'
import type { MockIpfs } from './harness/mock-ipfs.ts'
import { startMockIpfs } from './harness/mock-ipfs.ts'
import { OUR_BINS, Peer } from './harness/peer.ts'
import type { Outcome } from './harness/process.ts'
import { runProgram } from './harness/process.ts'

const PINS = 20_000

/** What a shell gives for a program that wrote to a pipe whose reader had gone. */
const SIGPIPE_STATUS = 141

describe('ipfs-cluster-ctl in the scripts of a shell', () => {
  const folder = temporaryFolder()
  let ipfs: MockIpfs
  let peer: Peer

  beforeAll(async () => {
    ipfs = await startMockIpfs()
    peer = await Peer.init({ folder: folder.path, ipfsPort: ipfs.port })
    await peer.start()
    await pinMany()
  }, 120_000)
  afterAll(async () => {
    await peer.stop()
    await ipfs.stop()
    folder[Symbol.dispose]()
  })

  it.each([
    ['pin ls', /^baf\S+ \| .*\n$/],
    ['status', /^baf\S+:\n$/],
    ['--enc json pin ls', /^\{\n$/]
  ])('%s ends without a word when its reader has gone', async (words, firstLine) => {
    const outcome = await bash(`ctl ${words} | head -1; exit \${PIPESTATUS[0]}`)
    expect(outcome).toMatchObject({ stderr: '', code: SIGPIPE_STATUS })
    expect(outcome.stdout).toMatch(firstLine)
  })

  it('lists every pin, as text and as JSON that a parser takes', async () => {
    expect((await bash('ctl pin ls | wc -l')).stdout.trim()).toBe(String(PINS))
    const { stdout, code } = await bash('ctl --enc json id')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ id: peer.id, peername: 'peer0' })
  })

  it('leaves the input of a loop alone', async () => {
    const loop = `printf 'one\\ntwo\\nthree\\n' | while read line; do echo $line; ctl id >/dev/null; done`
    expect(await bash(loop)).toMatchObject({ stdout: 'one\ntwo\nthree\n', stderr: '', code: 0 })
  })

  it('runs with its output closed', async () => {
    expect(await bash('ctl id >&-')).toMatchObject({ stdout: '', stderr: '', code: 0 })
  })

  it('fails when what it prints cannot be written', async () => {
    expect((await bash('ctl id >/dev/full')).code).toBe(1)
  })

  it('needs neither a home nor a folder that it may write', async () => {
    const readOnly = join(folder.path, 'read-only')
    mkdirSync(readOnly, { mode: 0o500 })
    const outcome = await runProgram(join(OUR_BINS, 'ipfs-cluster-ctl'), [...host(), 'id'], { cwd: readOnly, env: {} })
    expect(outcome).toMatchObject({ stderr: '', code: 0 })
    expect(outcome.stdout).toContain('peer0')
  })

  async function bash(script: string): Promise<Outcome> {
    const ctl = `ctl() { ${join(OUR_BINS, 'ipfs-cluster-ctl')} ${host().join(' ')} "$@"; }`
    return await runProgram('bash', ['-c', `${ctl}\n${script}`], { env: { HOME: folder.path } })
  }

  function host(): string[] {
    return ['--host', `/ip4/127.0.0.1/tcp/${peer.restPort}`]
  }

  async function pinMany(): Promise<void> {
    let next = 0
    const clients = Array.from({ length: 64 }, async () => {
      for (let i = next++; i < PINS; i = next++) {
        const answer = await fetch(`${peer.rest}/pins/${rawCid(`pin ${i}`).toString()}`, { method: 'POST' })
        await answer.text()
      }
    })
    await Promise.all(clients)
  }
})
