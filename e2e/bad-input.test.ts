import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FreePorts } from '@ipfs-cluster/daemon/free-ports'
import { temporaryFolder } from './harness/folder.ts'
import type { MockIpfs } from './harness/mock-ipfs.ts'
import { startMockIpfs } from './harness/mock-ipfs.ts'
import { OUR_BINS, Peer } from './harness/peer.ts'
import { freePorts } from './harness/ports.ts'
import { processesIn } from './harness/processes.ts'
import type { Outcome } from './harness/process.ts'
import { runProgram } from './harness/process.ts'

const folder = temporaryFolder()
let ipfs: MockIpfs

beforeAll(async () => {
  ipfs = await startMockIpfs()
})
afterAll(async () => {
  await ipfs.stop()
  folder[Symbol.dispose]()
})

async function makePeer(name: string, embedded = false): Promise<Peer> {
  return await Peer.init({ folder: join(folder.path, name), ...(!embedded && { ipfsPort: ipfs.port }) })
}

describe('ipfs-cluster-ctl, told what makes no sense', () => {
  const cases: [string[], number, Partial<Record<'stdout' | 'stderr', RegExp>>][] = [
    [['pin', 'add', 'xyz'], 1, { stderr: /^error : invalid path "\/ipfs\/xyz": invalid cid: / }],
    [['pin', 'rm', 'xyz'], 1, { stderr: /^error : invalid path "\/ipfs\/xyz": invalid cid: / }],
    [['pin', 'ls', 'xyz'], 1, { stderr: /^error parsing cid: invalid cid: / }],
    [['status', 'xyz'], 1, { stderr: /^error parsing cid: invalid cid: / }],
    [['recover', 'xyz'], 1, { stderr: /^error parsing cid: invalid cid: / }],
    [['add', '/no/such/file'], 1, { stderr: /^error : lstat \/no\/such\/file: no such file or directory\n$/ }],
    [['add', OUR_BINS], 1, { stderr: /^error : .* is a directory, but Recursive option is not set\n$/ }],
    [['frobnicate'], 3, { stderr: /^No help topic for 'frobnicate'\n$/ }],
    [['pin', 'frobnicate'], 3, { stderr: /^No help topic for 'frobnicate'\n$/ }],
    [['id', '--nope'], 1, { stdout: /^Incorrect Usage: flag provided but not defined: -nope\n/ }],
    [['--nope', 'id'], 1, { stdout: /^Incorrect Usage. flag provided but not defined: -nope\n/ }]
  ]
  let port: number

  beforeAll(async () => {
    port = (await freePorts(1))[0] ?? 0
  })

  it.each(cases)('%j ends with %i', async (args, code, { stdout = /^$/, stderr = /^$/ }) => {
    const outcome = await ctl(...args)
    expect(outcome).toEqual({
      code,
      stdout: expect.stringMatching(stdout) as unknown as string,
      stderr: expect.stringMatching(stderr) as unknown as string
    })
  })

  it('says where it looked for a peer that does not run', async () => {
    const refused = `Get "http://127.0.0.1:${port}/id": dial tcp 127.0.0.1:${port}: connect: connection refused`
    const text = await ctl('id')
    expect(text).toMatchObject({ code: 1, stdout: `An error occurred:\n  Code: 0\n  Message: ${refused}\n` })
    const json = await ctl('--enc', 'json', 'id')
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toEqual({ code: 0, message: refused })
  })

  async function ctl(...args: string[]): Promise<Outcome> {
    const host = ['--host', `/ip4/127.0.0.1/tcp/${port}`]
    return await runProgram(join(OUR_BINS, 'ipfs-cluster-ctl'), [...host, ...args], { env: { HOME: folder.path } })
  }
})

describe('a daemon with a folder that is not right', () => {
  let peer: Peer
  let service: string
  let identity: string

  beforeAll(async () => {
    peer = await makePeer('configured')
    service = readFileSync(file('service.json'), 'utf8')
    identity = readFileSync(file('identity.json'), 'utf8')
  })

  it.each([
    ['a comma too many', '"replication_factor_min": -1,', '$&,', /service\.json:\d+; allowed: JSON: .*no comma/],
    [
      'a value of another type',
      '"replication_factor_min": -1',
      '"replication_factor_min": "1"',
      /is a string; allowed/
    ],
    ['a value out of range', '"replication_factor_min": -1', '"replication_factor_min": 3', /larger than max/],
    ['a duration that is none', '"state_sync_interval": "', '$&x', /state_sync_interval is "x.*allowed: a duration/],
    ['a secret that is none', '"secret": "', '$&z', /cluster\.secret; allowed: 64 hexadecimal digits/],
    ['half of the file', /,[^,]*$/, '', /service\.json.*allowed: JSON/]
  ])('names the place of %s in service.json', async (_what, search, replacement, message) => {
    const wrong = service.replace(search, replacement)
    expect(wrong).not.toBe(service)
    await refused({ 'service.json': wrong, 'identity.json': identity }, message)
  })

  it.each([
    ['is missing', undefined, /identity\.json is missing; allowed: .*backup.*init/],
    ['is cut short', '{', /identity\.json; allowed: a JSON object/],
    [
      'is of another key',
      '{"id": "QmXZrtE5jQwXNqCJMfHUTQkvhQ4ZAnqMnmzFMJfLewuabc", "private_key": ""}',
      /identity\.json/
    ]
  ])('says so when the identity %s', async (_what, text, message) => {
    await refused({ 'service.json': service, 'identity.json': text }, message)
  })

  it('says what to run when there is no configuration', async () => {
    await refused({ 'service.json': undefined, 'identity.json': identity }, /no such file.*\n.*service init/)
  })

  it('takes the last of two equal keys and skips those it does not know, as the Go release', async () => {
    const text = service.replace('"peername": "', '"nobody_knows": [1], "peername": "first", $&')
    write({ 'service.json': text, 'identity.json': identity })
    await peer.start('rest')
    expect((await peer.ctl('id')).stdout).toContain('| peer0 |')
    expect(await peer.stop()).toBe(0)
  })

  it('says who else works in the folder', async () => {
    write({ 'service.json': service, 'identity.json': identity })
    await peer.start('rest')
    for (const args of [['daemon'], ['init', '--force']]) {
      const second = await peer.service(args)
      expect(second).toMatchObject({ code: 1, stdout: '' })
      expect(second.stderr).toContain(`It is held by process ${peer.daemon.pid}`)
    }
    expect(readFileSync(file('service.json'), 'utf8')).toBe(service)
    expect((await peer.ctl('pin', 'ls')).code).toBe(0)
    expect(await peer.stop()).toBe(0)
  })

  it('has its configuration overwritten only by a yes, and its identity not even then', async () => {
    const marked = `${service} `
    write({ 'service.json': marked, 'identity.json': identity })
    expect(await peer.service(['init'], 'n\n')).toMatchObject({ code: 0, stderr: 'nothing was changed\n' })
    expect(readFileSync(file('service.json'), 'utf8')).toBe(marked)
    expect(await peer.service(['init'], 'y\n')).toMatchObject({ code: 0 })
    expect(readFileSync(file('service.json'), 'utf8')).not.toBe(marked)
    expect(readFileSync(file('identity.json'), 'utf8')).toBe(identity)
  })

  /** The daemon ends with 1 and a message, and leaves the folder as it was. */
  async function refused(files: Record<string, string | undefined>, message: RegExp): Promise<void> {
    write(files)
    const before = readdirSync(file('.')).sort()
    const outcome = await peer.service(['daemon'])
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toMatch(message)
    expect(readdirSync(file('.')).sort()).toEqual(before)
  }

  function write(files: Record<string, string | undefined>): void {
    for (const [name, text] of Object.entries(files)) {
      if (text === undefined) rmSync(file(name), { force: true })
      else writeFileSync(file(name), text)
    }
  }

  function file(name: string): string {
    return join(peer.folder, 'peer', name)
  }
})

describe('init in a place where nothing can be written', () => {
  it('names the place and leaves nothing', async () => {
    const occupied = join(folder.path, 'occupied')
    writeFileSync(occupied, 'a file')
    const service = join(OUR_BINS, 'ipfs-cluster-service')
    for (const command of ['init', 'daemon']) {
      const outcome = await runProgram(service, ['--config', join(occupied, 'peer'), command], { env: {} })
      expect(outcome).toMatchObject({ code: 1, stdout: '' })
      expect(outcome.stderr).toMatch(/occupied.*not a directory/)
    }
    expect(readFileSync(occupied, 'utf8')).toBe('a file')
  })
})

describe('a daemon whose addresses are taken', () => {
  it('names that of its REST API and ends, with its IPFS node', async () => {
    const peer = await makePeer('rest taken', true)
    await using others = new FreePorts()
    await others.take(peer.restPort)
    const outcome = await peer.service(['daemon'])
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toMatch(
      new RegExp(
        `error creating REST API component: .*:${peer.restPort}: .*address already in use\\n.*listen multiaddress`
      )
    )
    expect(processesIn(peer.folder)).toEqual([])
  })

  it('names that of its IPFS node and ends before anything else has begun', async () => {
    await Promise.all(['API', 'GATEWAY', 'SWARM'].map(startWithTaken))
  })

  async function startWithTaken(what: string): Promise<void> {
    const peer = await makePeer(`${what} taken`, true)
    const port = Number(peer.env[`CLUSTER_IPFSNODE_${what}MULTIADDRESS`]?.split('/').at(-1))
    await using others = new FreePorts()
    await others.take(port)
    const outcome = await peer.service(['daemon'])
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toMatch(
      new RegExp(`error starting the embedded IPFS node: .*/tcp/${port}: address in use.*\\n.*\`ipfs_node\``)
    )
    expect(outcome.stderr).not.toContain('RESTAPI (HTTP)')
    expect(processesIn(peer.folder)).toEqual([])
  }
})
