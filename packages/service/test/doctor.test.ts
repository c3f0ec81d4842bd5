import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createIdentity } from '@ipfs-cluster/core/config'
import { network } from '@ipfs-cluster/core/network'
import { nullLogger, startAll, stopAll } from '@ipfs-cluster/core/util'
import { MockIpfs } from './helpers/mock-ipfs.ts'
import { Service } from './helpers/service.ts'
import { runHere } from './helpers/run-here.ts'
import type { Outcome } from '../../cli-kit/test-suites/replay/differences.ts'

const SECRET = '2588b80d5cb05374fa142aed6cbb047d1f4ef8ef15e37eba68c65b9d30df67ed'
const ANY_PORT = '/ip4/127.0.0.1/tcp/0'

let root: string
let folder: string
let ipfs: MockIpfs
let env: Record<string, string>

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'service-doctor-'))
  folder = join(root, 'peer')
  ipfs = await MockIpfs.start()
  env = {
    HOME: root,
    CLUSTER_SECRET: SECRET,
    CLUSTER_MDNSINTERVAL: '0s',
    CLUSTER_LISTENMULTIADDRESS: ANY_PORT,
    CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: ANY_PORT,
    CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS: ANY_PORT,
    CLUSTER_IPFSPROXY_LISTENMULTIADDRESS: ANY_PORT,
    CLUSTER_IPFSHTTP_NODEMULTIADDRESS: ipfs.multiaddr
  }
  await runHere(['-c', folder, 'init'], env)
})

afterEach(async () => {
  await ipfs[Symbol.asyncDispose]()
  await rm(root, { recursive: true })
})

interface Finding {
  check: string
  level: string
  message: string
  advice?: string
}

async function examine(change: Record<string, string> = {}): Promise<{ run: Outcome; findings: Finding[] }> {
  const run = await runHere(['-c', folder, 'doctor', '--enc', 'json'], { ...env, ...change })
  return { run, findings: JSON.parse(run.stdout) as Finding[] }
}

async function takenPort(): Promise<{ port: number; close(): void }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

describe('doctor', () => {
  it('finds a peer that can do its work in good health', async () => {
    const { run, findings } = await examine()
    expect(findings.filter(({ level, check }) => level === 'fail' || (level === 'warn' && check !== 'clock'))).toEqual(
      []
    )
    expect(run.status).toBe(0)
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set(['config', 'folder', 'identity', 'secret', 'files', 'datastore', 'disk', 'clock', 'ipfs', 'peers'])
    )
    const text = await runHere(['-c', folder, 'doctor'], env)
    expect(text.stdout).toMatch(/^ok {4}config {5}.*service\.json is valid\n/)
    expect(text.stdout).not.toContain(SECRET)
  })

  it('says what is wrong with the configuration, and makes no folder', async () => {
    const { run, findings } = await examine({ CLUSTER_SECRET: 'short' })
    expect(run.status).toBe(1)
    expect(findings).toEqual([expect.objectContaining({ check: 'config', level: 'fail' })])
    const none = await runHere(['-c', join(root, 'none'), 'doctor'], env)
    expect(none).toMatchObject({ status: 1, stdout: expect.stringContaining('ipfs-cluster-service init') })
    expect(await readdir(root)).not.toContain('none')
  })

  it('finds ports that are taken', async () => {
    const other = await takenPort()
    const address = `/ip4/127.0.0.1/tcp/${other.port}`
    const { run, findings } = await examine({ CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: address })
    other.close()
    expect(run.status).toBe(1)
    expect(findings).toContainEqual({
      check: 'ports',
      level: 'fail',
      message: `the REST API cannot listen at ${address}: another program does`,
      advice: 'Stop that program, or set another api.restapi.http_listen_multiaddress.'
    })
  })

  it('finds an IPFS node that does not answer', async () => {
    const gone = await takenPort()
    gone.close()
    const { run, findings } = await examine({ CLUSTER_IPFSHTTP_NODEMULTIADDRESS: `/ip4/127.0.0.1/tcp/${gone.port}` })
    expect(run.status).toBe(1)
    expect(findings).toContainEqual(expect.objectContaining({ check: 'ipfs', level: 'fail' }))
  })

  it('warns of an open network, of files that others can read, and of keys without a meaning', async () => {
    const path = join(folder, 'service.json')
    await chmod(join(folder, 'identity.json'), 0o644)
    await writeFile(path, (await readFile(path, 'utf8')).replace('"peername"', '"peer_name": "x", "peername"'))
    const { run, findings } = await examine({ CLUSTER_SECRET: '' })
    expect(run.status).toBe(0)
    const warned = findings.filter(({ level }) => level === 'warn').map(({ check, advice }) => [check, advice])
    expect(warned).toEqual(
      expect.arrayContaining([
        ['config', expect.anything()],
        ['secret', expect.stringContaining('openssl rand -hex 32')],
        ['files', `Keep it for yourself: chmod 600 ${folder}/identity.json`]
      ])
    )
  })

  it('finds a clock that is behind the files of the peer', async () => {
    const later = new Date(Date.now() + 3_600_000)
    await utimes(join(folder, 'peerstore'), later, later)
    const { run, findings } = await examine()
    expect(run.status).toBe(1)
    expect(findings).toContainEqual(expect.objectContaining({ check: 'clock', level: 'fail' }))
  })

  it('finds data of an engine that this release does not have', async () => {
    await runHere(['-c', folder, 'init', '-f', '--datastore', 'pebble'], env)
    await mkdir(join(folder, 'pebble'))
    await writeFile(join(folder, 'pebble', '000001.sst'), 'data')
    const { run, findings } = await examine()
    expect(run.status).toBe(1)
    const finding = findings.find(({ check }) => check === 'datastore')
    expect(finding).toMatchObject({ level: 'fail', advice: expect.stringContaining('state import') })
  })

  it('calls the peers that are known, and tells who has another secret', async () => {
    const peers = [SECRET, SECRET.replaceAll('5', '6')].map(async (secret) => {
      const { privateKey } = await createIdentity()
      const init = { secret: Buffer.from(secret, 'hex'), listenMultiaddress: [ANY_PORT], mdnsInterval: 0 }
      const net = network(init)({ privateKey, logger: nullLogger })
      await startAll([net])
      return net
    })
    const [friend, stranger] = await Promise.all(peers)
    const { id: away } = await createIdentity()
    const gone = await takenPort()
    gone.close()
    const addresses = [...friend!.addresses(), ...stranger!.addresses(), `/ip4/127.0.0.1/tcp/${gone.port}/p2p/${away}`]
    await writeFile(join(folder, 'peerstore'), addresses.join('\n'))
    const { run, findings } = await examine()
    await stopAll([friend!, stranger!])
    const about = (peer: string): string | undefined =>
      findings.find(({ check, message }) => check === 'peers' && message.startsWith(peer))?.level
    expect([about(friend!.peerId), about(stranger!.peerId), about(away)]).toEqual(['ok', 'fail', 'warn'])
    expect(run.status).toBe(1)
  })

  it('looks at a peer that runs without disturbing it', async () => {
    await using daemon = new Service(['-c', folder, 'daemon'], { env })
    await daemon.ready()
    const address = new URL(await daemon.restUrl())
    await using doctor = new Service(['-c', folder, 'doctor'], {
      env: { ...env, CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: `/ip4/127.0.0.1/tcp/${address.port}` }
    })
    expect(await doctor.exited).toBe(0)
    expect(doctor.stdout).toContain(`${folder}; a peer runs in it`)
    expect(doctor.stdout).toContain(`the REST API listens at /ip4/127.0.0.1/tcp/${address.port}`)
    expect((await fetch(`${address.origin}/id`)).status).toBe(200)
    expect(await daemon.end('SIGTERM')).toBe(0)
  })
})
