import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { VERSION } from '@ipfs-cluster/api'
import { FreePorts } from '@ipfs-cluster/daemon'
import { MockIpfs } from './helpers/mock-ipfs.ts'
import { Service } from './helpers/service.ts'
import { runHere } from './helpers/run-here.ts'

let root: string
let folder: string
let env: Record<string, string>

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'service-daemon-'))
  folder = join(root, 'peer')
  env = {
    HOME: root,
    CLUSTER_LISTENMULTIADDRESS: '/ip4/127.0.0.1/tcp/0',
    CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: '/ip4/127.0.0.1/tcp/0',
    CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS: '/ip4/127.0.0.1/tcp/0',
    CLUSTER_IPFSPROXY_LISTENMULTIADDRESS: '/ip4/127.0.0.1/tcp/0',
    CLUSTER_MDNSINTERVAL: '0s'
  }
})

afterEach(() => rm(root, { recursive: true }))

async function init(...flags: string[]): Promise<void> {
  const run = await runHere(['-c', folder, 'init', ...flags], env)
  expect(run.status).toBe(0)
}

function start(...words: string[]): Service {
  return new Service(['-c', folder, ...(words.length > 0 ? words : ['daemon'])], { env })
}

describe('a daemon', () => {
  it('gets ready, answers, keeps others out of its folder, and stops in order', async () => {
    await using ipfs = await MockIpfs.start()
    env['CLUSTER_IPFSHTTP_NODEMULTIADDRESS'] = ipfs.multiaddr
    await init()
    await using daemon = start()
    await daemon.ready()
    const url = await daemon.restUrl()
    expect(await (await fetch(`${url}/version`)).json()).toEqual({ version: VERSION })
    const identity = JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8')) as { id: string }
    expect(await (await fetch(`${url}/id`)).json()).toMatchObject({ id: identity.id })
    const [, pinsvcPort] = await daemon.logged(/PINSVCAPI \(HTTP\): \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/)
    const pins = await fetch(`http://127.0.0.1:${pinsvcPort}/pins`)
    expect(await pins.json()).toEqual({ count: 0, results: [] })

    const second = start()
    expect(await second.exited).toBe(1)
    const held = `error obtaining execution lock: lock ${folder}/cluster.lock: someone else has the lock. If no other`
    expect(second.stderr).toContain(held)
    const init2 = start('init', '-f')
    expect(await init2.exited).toBe(1)
    expect(init2.stderr).toContain(held)

    expect(await daemon.end('SIGTERM')).toBe(0)
    expect(existsSync(join(folder, 'cluster.lock'))).toBe(false)
    expect(daemon.stdout).toBe('')
    for (const line of daemon.stderr.trim().split('\n')) {
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t(INFO|WARN|ERROR)\t[\w-]+\t-\t/)
    }
    expect(daemon.stderr).toContain('Initializing. For verbose output run with "-l debug". Please wait...')
    expect(daemon.stderr).toContain('Datastore backend: leveldb')
    expect(daemon.stderr).toMatch(/IPFS Proxy: \/ip4\/127\.0\.0\.1\/tcp\/\d+ -> \/ip4\/127\.0\.0\.1\/tcp\/5001/)
    expect(daemon.stderr).toContain('shutting down Cluster')
  })

  it.each(['SIGINT', 'SIGHUP'] as const)('stops in order on %s', async (signal) => {
    await init()
    await using daemon = start()
    await daemon.restUrl()
    expect(await daemon.end(signal)).toBe(0)
  })

  it('starts again after it was killed', async () => {
    await init()
    await using first = start()
    await first.restUrl()
    expect(await first.end('SIGKILL')).toBeNull()
    expect(existsSync(join(folder, 'cluster.lock'))).toBe(true)
    await using again = start()
    await again.restUrl()
    expect(await again.end('SIGTERM')).toBe(0)
  })

  it('says that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    env['CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS'] = `/ip4/127.0.0.1/tcp/${port}`
    await init()
    await using daemon = start()
    expect(await daemon.exited).toBe(1)
    expect(daemon.stderr).toContain(
      `error creating REST API component: listen tcp4 127.0.0.1:${port}: bind: address already in use`
    )
    other.close()
  })

  it('stays up while there is no IPFS node, says what it waits for, and goes on when one appears', async () => {
    const port = await unusedPort()
    env['CLUSTER_IPFSHTTP_NODEMULTIADDRESS'] = `/ip4/127.0.0.1/tcp/${port}`
    await init()
    await using daemon = start()
    const url = await daemon.restUrl()
    await daemon.logged(new RegExp(`waiting for the IPFS node.*127\\.0\\.0\\.1:${port}`))
    expect((await fetch(`${url}/version`)).status).toBe(200)
    expect(daemon.stderr).not.toContain('READY')
    await using _ipfs = await MockIpfs.start(port)
    await daemon.ready()
    expect(await daemon.end('SIGTERM')).toBe(0)
  })

  it('says little when it is told to', async () => {
    env['CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS'] = `/unix${root}/rest`
    env['IPFS_CLUSTER_LOG_LEVEL'] = 'info,cluster:debug'
    await init()
    await using daemon = start('-l', 'fatal,service:info', 'daemon')
    await daemon.logged(/\tservice\t/)
    expect(await daemon.end('SIGTERM')).toBe(0)
    expect(daemon.stderr).not.toMatch(/\t(cluster|crdt|restapi)\t/)
  })

  it('uses LevelDB when the configuration names an engine that it does not have', async () => {
    await init('--datastore', 'badger3')
    await using daemon = start()
    await daemon.restUrl()
    expect(daemon.stderr).toContain(
      `names the datastore badger3, which this peer does not have: using LevelDB in ${folder}/leveldb`
    )
    expect(existsSync(join(folder, 'leveldb', 'CURRENT'))).toBe(true)
    expect(await daemon.end('SIGTERM')).toBe(0)
  })
})

describe('a daemon with an embedded IPFS node', () => {
  it('gets ready without any other, and takes the node with it even when it is killed', async () => {
    Object.assign(env, {
      CLUSTER_IPFSNODE_PROFILE: 'loopback',
      CLUSTER_IPFSNODE_GATEWAYMULTIADDRESS: '/ip4/127.0.0.1/tcp/0'
    })
    env['CLUSTER_IPFSNODE_SWARMMULTIADDRESS'] = '/ip4/127.0.0.1/tcp/0'
    await init('--embedded-ipfs', '--randomports')
    await using daemon = start()
    await daemon.ready()
    const [, port] = await daemon.logged(/embedded IPFS node \S+ listening at \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/)
    const rpc = `http://127.0.0.1:${port}/api/v0/id`
    expect((await fetch(rpc, { method: 'POST' })).status).toBe(200)
    await daemon.end('SIGKILL')
    await eventually(async () => {
      await expect(fetch(rpc, { method: 'POST' })).rejects.toThrow()
    })
  })
})

describe('a folder given relative to the current one', () => {
  it('is made absolute', async () => {
    const service = new Service(['-c', 'rel', 'init'], { env, cwd: root })
    expect(await service.exited).toBe(0)
    expect(service.stderr).toContain(`configuration written to ${root}/rel/service.json.`)
  })
})

async function unusedPort(): Promise<number> {
  await using ports = new FreePorts()
  return await ports.tcp()
}

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 20_000
  for (;;) {
    try {
      await check()
      return
    } catch (err) {
      if (Date.now() > deadline) throw err
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
