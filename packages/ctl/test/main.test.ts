import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { cannedPeer } from './canned-peer.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const COUNT = 20_000

/** Runs a shell script in which `$CTL` is the program, as a process of its own. */
async function shell(script: string, stdin = ''): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const main = join(import.meta.dirname, '../src/main.ts')
  const CTL = `${process.execPath} --conditions=@ipfs-cluster/source --disable-warning=ExperimentalWarning ${main}`
  const child = spawn('/bin/sh', ['-c', script], { env: { PATH: process.env.PATH, CTL }, stdio: 'pipe' })
  child.stdin.on('error', () => undefined).end(stdin)
  const [stdout, stderr] = ['', '']
  const result = { status: null as number | null, stdout, stderr }
  child.stdout.on('data', (text: Buffer) => (result.stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (result.stderr += text.toString()))
  result.status = await new Promise((resolve) => child.on('close', resolve))
  return result
}

const longList = () => cannedPeer(() => ({ stream: new Array<object>(COUNT).fill({ cid: CID, name: 'x'.repeat(50) }) }))

describe('ipfs-cluster-ctl as a process', () => {
  it('writes all of a long list to a pipe, and ends with the status of the error behind it', async () => {
    await using peer = await cannedPeer(() => ({ stream: new Array<object>(COUNT).fill({ cid: CID }), error: 'broke' }))
    const { status, stdout } = await shell(`$CTL --host ${peer.host} pin ls; exit $?`)
    expect(status).toBe(2)
    expect(stdout.split('\n').filter((line) => line.startsWith(CID))).toHaveLength(COUNT)
    expect(stdout).toMatch(/Message: broke\n$/)
  })

  it('ends quietly when nobody reads on', async () => {
    await using peer = await longList()
    const { status, stdout, stderr } = await shell(`{ $CTL --host ${peer.host} pin ls; echo status $? >&2; } | head -1`)
    expect(status).toBe(0)
    expect(stdout.startsWith(CID)).toBe(true)
    expect(stdout.split('\n')).toHaveLength(2)
    expect(stderr).toBe('status 141\n')
  })

  it('leaves the input of a loop alone', async () => {
    await using peer = await cannedPeer(() => ({ document: { version: '1' } }))
    const { stdout } = await shell(`while read line; do $CTL --host ${peer.host} version; echo $line; done`, 'a\nb\n')
    expect(stdout).toBe('1\na\n1\nb\n')
  })

  it('tells a wrong command line by its status', async () => {
    const { status, stdout } = await shell(
      '$CTL --nope; echo $?; $CTL frobnicate; echo $?; $CTL pin >/dev/null; echo $?'
    )
    expect(status).toBe(0)
    expect(stdout.split('\n').filter((line) => /^\d$/.test(line))).toEqual(['1', '3', '0'])
  })
})
