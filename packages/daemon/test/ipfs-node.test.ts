import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { IpfsNodeProcess } from '../src/ipfs-node.ts'
import { RecordingLog } from './helpers/recording-log.ts'

/** A node that says where it listens and ends with its standard input; with an argument, right away. */
const NODE = `
  process.stdout.write(JSON.stringify({ ready: true, id: 'node' + process.pid, api: '/ip4/127.0.0.1/tcp/1' }) + '\\n')
  process.stderr.write('2026-01-01T00:00:00.000Z ipfs-node hello ' + 'x'.repeat(9000) + '\\n')
  if (process.argv[2] !== undefined) process.exit(Number(process.argv[2]))
  process.stdin.resume().on('end', () => process.exit(0))
`
const STUBBORN = `
  process.stdin.resume()
  setInterval(() => {}, 1000)
  console.log('{ "id": "node", "api": "/ip4/127.0.0.1/tcp/1" }')
`
const REFUSING = `
  process.stderr.write('/ip4/127.0.0.1/tcp/5001: address in use')
  process.exit(1)
`

let folder: string
let log: RecordingLog

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipfs-node-process-'))
  log = new RecordingLog()
})

afterEach(() => rm(folder, { recursive: true }))

async function nodeProcess(source: string, args: string[] = []): Promise<IpfsNodeProcess> {
  const program = join(folder, 'node.cjs')
  await writeFile(program, source)
  const pause = { initial: 1, max: 20 }
  return new IpfsNodeProcess(
    { logger: log },
    { args: [program, ...args], env: process.env, pause, grace: 100, patience: 200 }
  )
}

describe('the process of the embedded IPFS node', () => {
  it('tells where it listens and what it says, one line each and none too long', async () => {
    const node = await nodeProcess(NODE)
    await node.start()
    await log.logged(/^embedded IPFS node node\d+ listening at \/ip4\/127\.0\.0\.1\/tcp\/1$/)
    const line = await log.logged(/^hello x+$/)
    expect(line.length).toBeLessThan(4096)
    await node.stop()
    expect(node.pid).toBeUndefined()
  })

  it('is started again when it ends, more slowly each time', async () => {
    const node = await nodeProcess(NODE, ['7'])
    await node.start()
    await log.logged(/ended \(status 7\); starting it again in \d+ ms$/, 4)
    await node.stop()
  })

  it('is started again when it is killed', async () => {
    const node = await nodeProcess(NODE)
    await node.start()
    await log.logged(/listening/)
    process.kill(node.pid!, 'SIGKILL')
    await log.logged(/ended \(SIGKILL\)/)
    await log.logged(/listening/, 2)
    await node.stop()
  })

  it('is ended when it does not stop by itself', async () => {
    const node = await nodeProcess(STUBBORN)
    await node.start()
    await log.logged(/listening/)
    const { pid } = node
    await node.stop()
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
    await log.logged(/does not stop/)
  })

  it('fails to start, with the words of the node, when it does not get ready in several attempts', async () => {
    const node = await nodeProcess(REFUSING)
    await expect(node.start()).rejects.toMatchObject({
      code: 'ERR_IPFS_NODE_START',
      message: 'it ended (status 1): /ip4/127.0.0.1/tcp/5001: address in use'
    })
    expect(node.pid).toBeUndefined()
    await node.stop()
  })

  it('stops waiting for a node that does not get ready', async () => {
    const node = await nodeProcess('process.stdin.resume()')
    const asked = new AbortController()
    const starting = node.start(asked)
    asked.abort(new Error('asked to stop'))
    await expect(starting).rejects.toThrow('asked to stop')
    await node.stop()
  })

  it('may be stopped without ever having started', async () => {
    await (await nodeProcess(NODE)).stop()
  })
})
