import { afterAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from './harness/folder.ts'
import { OUR_BINS } from './harness/peer.ts'
import type { Outcome } from './harness/process.ts'
import { runProgram } from './harness/process.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())

/** A server that does with each connection what it is told. */
async function serve(onSocket: (socket: Socket) => void): Promise<AsyncDisposable & { host: string }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()))
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}

const HEAD = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: X-Stream-Error\r\n\r\n'

describe('the built ipfs-cluster-ctl', () => {
  it('gives up a host that accepts and never answers, when its time is up', async () => {
    await using server = await serve((socket) => socket.resume())
    const { code, stdout } = await ctl('--host', server.host, '--timeout', '1', 'id')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^An error occurred:\n {2}Code: 0\n {2}Message: Get ".*\/id": context deadline exceeded\n$/)
  })

  it('gives up a list that never ends, when its time is up, after what it has of it', async () => {
    await using server = await serve((socket) => {
      socket.once('data', () => socket.write(HEAD + chunk(`{"cid":"${CID}"}\n`)))
    })
    const { code, stdout, stderr } = await ctl('--host', server.host, '--timeout', '1', 'pin', 'ls')
    expect(code).toBe(62)
    expect(stdout.startsWith(`${CID} | `)).toBe(true)
    expect(stderr).toContain('context deadline exceeded')
  })

  it('prints what it has of a list whose peer dies in the middle, and fails', async () => {
    await using server = await serve((socket) => {
      socket.once('data', () => socket.write(HEAD + chunk(`{"cid":"${CID}"}\n{"cid":`), () => socket.destroy()))
    })
    const { code, stdout, stderr } = await ctl('--host', server.host, 'pin', 'ls')
    expect(code).toBe(1)
    expect(stdout.startsWith(`${CID} | `)).toBe(true)
    expect(stdout.split('\n')).toHaveLength(2)
    expect(stderr).toMatch(/^error : unexpected EOF\n/)
  })

  it('fails when the disk is full', async () => {
    await using server = await serve((socket) => {
      socket.once('data', () => socket.end(`${HEAD}${chunk(`{"cid":"${CID}"}\n`)}0\r\n\r\n`))
    })
    const script = `${join(OUR_BINS, 'ipfs-cluster-ctl')} --host ${server.host} pin ls >/dev/full; echo $?`
    const { stdout, stderr } = await runProgram('bash', ['-c', script], { env: { HOME: folder.path } })
    expect(stdout).toBe('1\n')
    expect(stderr).toContain('no space left on device')
    expect(stderr.split('\n').length).toBeLessThan(4)
  })

  it('says in a folder that was deleted what is wrong', async () => {
    const gone = join(folder.path, 'gone')
    mkdirSync(gone)
    const script = `cd ${gone} && rmdir ${gone} && ${join(OUR_BINS, 'ipfs-cluster-ctl')} --version; echo $?`
    const { stdout, stderr } = await runProgram('bash', ['-c', script], { env: { HOME: folder.path } })
    const isRun = /^ipfs-cluster-ctl version .*\n0\n$/.test(stdout)
    expect(isRun || /directory was deleted/.test(stderr)).toBe(true)
  })

  it('reads nothing of the folder that it runs in', async () => {
    for (const name of ['.env', 'bunfig.toml', 'package.json', 'tsconfig.json']) {
      writeFileSync(join(folder.path, name), 'CLUSTER_CREDENTIALS=a:b\n{ nonsense')
    }
    const { code, stderr } = await ctl('--debug', '--host', '/ip4/127.0.0.1/tcp/1', 'id')
    expect(code).toBe(1)
    expect(stderr).not.toMatch(/SSL|nonsense/)
  })

  it('writes completions that the shell takes', async () => {
    const { stdout } = await ctl('completion', 'bash')
    expect(stdout).toContain('complete -o default -F _ipfs_cluster_ctl ipfs-cluster-ctl')
    expect(await runProgram('bash', ['-n'], { stdin: stdout })).toMatchObject({ code: 0, stderr: '' })
  })

  it("keeps a user's own defaults", async () => {
    await using server = await serve((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"version":"v1"}'))
    })
    expect(await ctl('config', 'set', 'host', server.host)).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await ctl('version')).toMatchObject({ code: 0, stdout: 'v1\n' })
    expect(readFileSync(join(folder.path, '.config/ipfs-cluster-ctl/config.json'), 'utf8')).toContain(server.host)
  })

  it('lays out a table', async () => {
    await using server = await serve((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"version":"v1"}'))
    })
    const outcome = await ctl('--host', server.host, '--enc', 'table', 'version')
    expect(outcome).toEqual({ code: 0, stdout: 'VERSION\nv1\n', stderr: '' })
  })

  async function ctl(...args: string[]): Promise<Outcome> {
    return runProgram(join(OUR_BINS, 'ipfs-cluster-ctl'), args, { env: { HOME: folder.path }, cwd: folder.path })
  }
})
