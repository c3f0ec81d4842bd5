import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MockIpfs } from './helpers/mock-ipfs.ts'
import { Service } from './helpers/service.ts'
import { differences } from '../../cli-kit/test-suites/replay/differences.ts'
import { runHere } from './helpers/run-here.ts'
import { fillIn, readTranscripts } from '../../cli-kit/test-suites/replay/transcript.ts'
import type { Placeholders, Transcript } from '../../cli-kit/test-suites/replay/transcript.ts'

const transcripts = readTranscripts(import.meta.dirname, 'service-daemon')
const named = (name: string): Transcript => transcripts.find((transcript) => transcript.name === name)!

const READY = /\*\* IPFS Cluster is READY \*\*/
const REST = /RESTAPI \(HTTP\): \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/

/** A run of a daemon that is stopped: what it has to say first, and what else is to be seen of it. */
interface Case {
  waitFor: readonly RegExp[]
  check?(daemon: Service): Promise<void> | void
}

const ALONE: Record<string, Case> = {
  'daemon-bootstrap-no-p2p': { waitFor: [READY, /bootstrap to \/ip4\/127\.0\.0\.1\/tcp\/1 failed/] },
  'daemon-ready-sigterm': { waitFor: [READY], check: saysAllInOrder },
  'daemon-ready-sigint': { waitFor: [READY] },
  'daemon-ready-sighup': { waitFor: [READY] },
  'daemon-upgrade-stats-tracing': {
    waitFor: [READY],
    check: ({ stderr }) => expect(stderr.match(/\tWARN\tservice\t.*not there yet/g)).toHaveLength(2)
  },
  'daemon-leave-crdt': {
    waitFor: [READY],
    check: ({ stderr }) => expect(stderr).toContain('attempting to leave the cluster. This may take some seconds')
  },
  'daemon-ipfs-down': { waitFor: [REST, /waiting for the IPFS node/], check: (daemon) => saysNothingOf(daemon, READY) },
  'daemon-bootstrap-unreachable': { waitFor: [READY, /bootstrap to \S+ failed/] },
  'daemon-source-ok': {
    waitFor: [/loading configuration from http:/, READY],
    check: async () => expect(await readFile(join(root, 'src1', 'service.json'), 'utf8')).toBe(sourceFile())
  }
}

const QUIET = ['daemon-debug', 'daemon-env-loglevel']

let root: string
let ipfs: MockIpfs
let server: Server
let placeholders: Placeholders

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'service-replay-'))
  ipfs = await MockIpfs.start()
  for (const name of ['p', 'q', 'src1', 'src4']) await runHere(['-c', join(root, name), 'init'], { HOME: root })
  const template = await readFile(join(root, 'src1', 'service.json'), 'utf8')
  server = createServer((request, response) => {
    if (request.url === '/t.json') response.end(template)
    else response.writeHead(404).end('missing')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  placeholders = { $CLUSTER_ROOT: root, $CLOSED: '1', $HOME: root }
  await writeFile(join(root, 'src1', 'service.json'), sourceFile())
  await writeFile(join(root, 'src4', 'service.json'), JSON.stringify({ source: `${serverUrl()}/404.json` }))
})

afterAll(async () => {
  await ipfs[Symbol.asyncDispose]()
  server.close()
  await rm(root, { recursive: true })
})

const serverUrl = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const sourceFile = (): string => JSON.stringify({ source: `${serverUrl()}/t.json` })

/** @param ports - by their placeholder; whatever else listens gets one that is free */
function environment({ name, env }: Transcript, ports: Record<string, string> = {}): Record<string, string> {
  const node = name === 'daemon-ipfs-down' ? '1' : String(ipfs.port)
  const values = { ...placeholders, $IPFS_RPC: node, ...ports }
  const filled = Object.entries(env).map(([key, value]) => [key, fillIn(value, values).replace(/\$[A-Z0-9_]+/, '0')])
  return { HOME: root, ...(Object.fromEntries(filled) as Record<string, string>) }
}

function start(transcript: Transcript, ports: Record<string, string> = {}): Service {
  const argv = transcript.argv.slice(1).map((word) => fillIn(word, { ...placeholders, ...ports }))
  return new Service(argv, { env: environment(transcript, ports) })
}

/** The signal that ends the run. */
function signalOf({ signals = [] }: Transcript): NodeJS.Signals {
  const names: Record<number, NodeJS.Signals> = { 1: 'SIGHUP', 2: 'SIGINT', 15: 'SIGTERM' }
  return names[Number(signals.at(-1)?.[1])]!
}

async function runToItsEnd(transcript: Transcript, ports?: Record<string, string>): Promise<string[]> {
  await using run = start(transcript, ports)
  const status = (await run.exited) ?? -1
  return differences(transcript, { status, stdout: run.stdout, stderr: run.stderr }, { ...placeholders, ...ports })
}

/** What scripts wait for. */
function saysAllInOrder({ stderr }: Service): void {
  const lines = [
    'Initializing. For verbose output run with "-l debug". Please wait...',
    'Datastore backend: leveldb',
    'IPFS Cluster v1.1.6',
    'RESTAPI (HTTP): /ip4/127.0.0.1/tcp/',
    'IPFS is ready. Peer ID: ',
    '** IPFS Cluster is READY **',
    'shutting down Cluster'
  ]
  const places = lines.map((line) => stderr.indexOf(line))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
  for (const line of ['PINSVCAPI (HTTP): ', 'IPFS Proxy: ', 'Cluster Peers (without including ourselves):']) {
    expect(stderr).toContain(line)
  }
}

function saysNothingOf({ stderr }: Service, pattern: RegExp): void {
  expect(stderr).not.toMatch(pattern)
}

/** docs/differences.md: the datastore is LevelDB. */
async function expectFiles({ files_after: files, argv }: Transcript): Promise<void> {
  if (files === undefined) return
  const folder = fillIn(argv[2]!, placeholders)
  const found = (await readdir(folder)).map(async (name) => {
    const entry = await stat(join(folder, name))
    return `${name}${entry.isDirectory() ? '/' : ''} ${(entry.mode & 0o777).toString(8)}`
  })
  expect((await Promise.all(found)).sort()).toEqual(
    files.map(({ path, mode }) => `${path.replace('pebble', 'leveldb')} ${mode}`).sort()
  )
}

describe('a daemon alone, as the Go release runs it', () => {
  for (const [name, { waitFor, check }] of Object.entries(ALONE)) {
    it(name, async () => {
      const transcript = named(name)
      await using daemon = start(transcript)
      for (const pattern of waitFor) await daemon.logged(pattern)
      const status = (await daemon.end(signalOf(transcript))) ?? -1
      const run = { status, stdout: daemon.stdout, stderr: daemon.stderr }
      expect(differences(transcript, run, placeholders)).toEqual([])
      await check?.(daemon)
      await expectFiles(transcript)
    })
  }

  it.each(QUIET)('%s', async (name) => {
    const transcript = named(name)
    const env = { ...environment(transcript), CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: `/unix${root}/${name}.sock` }
    await using daemon = new Service(
      transcript.argv.slice(1).map((word) => fillIn(word, placeholders)),
      { env }
    )
    // It says nothing, so its socket has to tell that it is there.
    await daemon.until(async () => (await readdir(root)).includes(`${name}.sock`))
    expect(await daemon.end(signalOf(transcript))).toBe(transcript.exit_code)
    expect(daemon.stderr).not.toMatch(/\t(INFO|WARN)\t/)
  })

  it('daemon-three-signals', async () => {
    const transcript = named('daemon-three-signals')
    await using daemon = start(transcript)
    await daemon.logged(READY)
    daemon.process.kill('SIGINT')
    daemon.process.kill('SIGINT')
    const status = await daemon.end('SIGINT')
    // Whoever has stopped before the third signal has stopped well.
    if (status !== 0) expect(daemon.stderr).toMatch(/Shutdown is taking too long!.*exiting cluster NOW/s)
    expect([0, 1]).toContain(status)
  })

  it('daemon-default-command', async () => {
    const transcript = named('daemon-default-command')
    const argv = transcript.argv.slice(1).map((word) => fillIn(word, placeholders))
    expect(differences(transcript, await runHere(argv, { HOME: root }), placeholders)).toEqual([])
  })

  it('state-export-source-404', async () => {
    const transcript = named('state-export-source-404')
    const argv = transcript.argv.slice(1).map((word) => fillIn(word, placeholders))
    expect(differences(transcript, await runHere(argv, environment(transcript)), placeholders)).toEqual([])
  })
})

describe('while a daemon runs, as with the Go release', () => {
  let daemon: Service
  let ports: Record<string, string>

  beforeAll(async () => {
    daemon = start(named('daemon-ready-sigterm'))
    await daemon.logged(READY)
    const [, swarm, peer] = await daemon.logged(/\/ip4\/127\.0\.0\.1\/tcp\/(\d+)\/p2p\/(12D3\w+)/)
    const [, rest] = await daemon.logged(REST)
    const [, proxy] = await daemon.logged(/IPFS Proxy: \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/)
    const free = { $SWARM2: '0', $REST2: '0', $PROXY2: '0', $PINSVC2: '0' }
    ports = { $SWARM: swarm!, $REST: rest!, $PROXY: proxy!, $PEERID: peer!, ...free }
  })

  afterAll(() => daemon[Symbol.asyncDispose]())

  it.each([
    'second-daemon-same-folder',
    'init-while-running',
    'export-while-running',
    'cleanup-while-running',
    'import-while-running',
    'daemon-rest-port-busy',
    'daemon-proxy-port-busy'
  ])('%s', async (name) => {
    expect(await runToItsEnd(named(name), ports)).toEqual([])
  })

  it('daemon-swarm-port-busy: said, where the Go release does not notice', async () => {
    await using second = start(named('daemon-swarm-port-busy'), ports)
    expect(await second.exited).toBe(1)
    const address = `/ip4/127.0.0.1/tcp/${ports['$SWARM']}`
    expect(second.stderr).toContain(`error starting cluster: cannot listen on ${address}: bind: address already in use`)
    expect(second.stderr).toContain('Stop the program that holds the address')
  })

  it('daemon-bootstrap-ok', async () => {
    const transcript = named('daemon-bootstrap-ok')
    await using second = start(transcript, ports)
    await second.logged(READY)
    await second.logged(new RegExp(`joined the cluster of \\S+ \\(${ports['$PEERID']}\\)`))
    expect(await second.end('SIGTERM')).toBe(0)
    expect(await readFile(join(root, 'q', 'peerstore'), 'utf8')).toContain(
      `/ip4/127.0.0.1/tcp/${ports['$SWARM']}/p2p/${ports['$PEERID']}\n`
    )
  })

  it('daemon-wrong-secret', async () => {
    const transcript = named('daemon-wrong-secret')
    await using second = start(transcript, ports)
    await second.logged(READY)
    await second.logged(/bootstrap to \S+ failed/)
    expect(await second.end('SIGTERM')).toBe(0)
  })

  it('export-after-kill', async () => {
    expect(await daemon.end('SIGKILL')).toBeNull()
    expect(await runToItsEnd(named('export-after-kill'))).toEqual([])
  })
})

describe('what needs Raft', () => {
  for (const { name } of transcripts.filter((transcript) => transcript.name.startsWith('raft-'))) {
    it.skip(`${name}: Raft is not there yet`, () => {})
  }
})
