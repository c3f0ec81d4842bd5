import { VERSION } from '@ipfs-cluster/api/version'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { differences } from '../packages/cli-kit/test-suites/replay/differences.ts'
import type { Outcome } from '../packages/cli-kit/test-suites/replay/differences.ts'
import { fillIn } from '../packages/cli-kit/test-suites/replay/transcript.ts'
import type { Placeholders, Transcript } from '../packages/cli-kit/test-suites/replay/transcript.ts'
import { followTranscripts } from '../packages/follow/test/transcripts.ts'
import { TestCluster } from './harness/cluster.ts'
import { temporaryFolder } from './harness/folder.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { freePorts } from './harness/ports.ts'
import { Program, runProgram } from './harness/process.ts'
import { until } from './harness/until.ts'

const FIRST = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const SECOND = 'QmUziqrwUSLDmuMXZtZTRxdaMy5DcueT39tjiE8zXejjUd'

/** What is not compared, and why: docs/differences.md has it. */
const SKIPPED: Readonly<Record<string, string>> = {
  'init-ipns-path': 'a path is read as a path',
  'run-raft': 'a configuration for Raft is refused',
  'list-stopped-pebble': 'the pinset is in LevelDB, so that it can be listed',
  'ctl-follower-gc': 'the IPFS node of the recording could not collect garbage'
}

/** Followers that run from one transcript to another. */
const RUNNING: readonly { readonly cluster: string; readonly from: string; readonly to: string }[] = [
  { cluster: 'my', from: 'info-running', to: 'ctl-follower-status' },
  { cluster: 'lv', from: 'list-running-leveldb', to: 'list-running-leveldb' }
]

/**
 * What `ipfs-cluster-follow` of the Go release was told and what it answered: the same words to the built program, in
 * the same order.
 */
describe('the transcripts of ipfs-cluster-follow', () => {
  const folder = temporaryFolder()
  const followers = join(folder.path, 'followers')
  const cluster = new TestCluster()
  const running = new Map<string, Program>()
  let trusted: Peer
  let publisher: Server
  let placeholders: Placeholders

  beforeAll(async () => {
    mkdirSync(followers)
    mkdirSync(join(folder.path, 'fol'))
    writeFileSync(join(folder.path, 'fol/afile'), '')
    trusted = await cluster.add(OUR_BINS, { env: { CLUSTER_PEERNAME: 'trusted' } })
    for (const path of [`${FIRST}?name=first`, `${SECOND}?`]) {
      expect((await fetch(`${trusted.rest}/pins/${path}`, { method: 'POST' })).status).toBe(200)
    }
    const [swarm = 0, closed = 0, gateway = 0, api = 0] = await freePorts(4)
    publisher = publish(trusted, swarm)
    await once(publisher.listen(0, '127.0.0.1'), 'listening')
    const { port } = publisher.address() as AddressInfo
    placeholders = {
      $FOLLOW_PATH: followers,
      $FOLLOW_EMPTY: join(folder.path, 'nothing'),
      $TMP: folder.path,
      $TEMPLATE_PORT: String(port),
      $CLOSED: String(closed),
      $SWARM: String(swarm),
      $T_SWARM: trusted.env.CLUSTER_LISTENMULTIADDRESS?.split('/').at(-1) ?? '',
      $API: String(api),
      $IPFS_RPC: trusted.env.CLUSTER_IPFSHTTP_NODEMULTIADDRESS?.split('/').at(-1) ?? '',
      $TRUSTED: trusted.id,
      // Whatever else this machine runs there is none of ours.
      '127.0.0.1:8080': `127.0.0.1:${gateway}`,
      QmXZrtE5jQwXNqCJMfHUTQkvhQ4ZAnqMnmzFMJfLewuabc: await ipfsIdOf(trusted),
      '1.1.6': VERSION
    }
  }, 120_000)
  afterAll(async () => {
    for (const program of running.values()) await program.stop('SIGKILL')
    await cluster[Symbol.asyncDispose]()
    publisher.close()
    folder[Symbol.dispose]()
  })

  for (const transcript of followTranscripts('follow')) {
    const { name } = transcript
    const reason = SKIPPED[name]
    if (reason !== undefined) {
      it.skip(`${name} (skipped: ${reason})`, () => undefined)
      continue
    }
    it(
      name,
      async () => {
        for (const { cluster } of RUNNING.filter(({ from }) => from === name)) await start(cluster)
        expect(await replay(transcript)).toEqual([])
        checkFiles(transcript)
        for (const { cluster } of RUNNING.filter(({ to }) => to === name)) await stop(cluster)
      },
      120_000
    )
  }

  /** What the Go release does where this program differs, brought into the form of this one. */
  function adapted(transcript: Transcript): Transcript {
    const schemeless = transcript.stdout.replace('(127.0.0.1:8080/', '(http://127.0.0.1:8080/')
    // What is not replayed has made no folder, and the IPFS node has no address.
    const stdout = schemeless
      .replace('found for 10', 'found for 9')
      .replace('ipfs-cluster-follow "ip"\n', '')
      .replaceAll('    - /ip4/127.0.0.1/tcp/1234\n', '')
    return { ...transcript, stdout }
  }

  async function replay(transcript: Transcript): Promise<string[]> {
    const own = placeholdersOf(transcript)
    const [program = '', ...argv] = transcript.argv.map((word) => fillIn(word, own))
    const env = Object.entries({ ...baseEnv(own), ...transcript.env })
    const running = new Program(join(OUR_BINS, program), argv, {
      env: Object.fromEntries(env.map(([name, value]) => [name, fillIn(value, own)]))
    })
    await interrupt(running, transcript)
    const outcome: Outcome = { status: Number(await running.exited), stdout: running.stdout, stderr: running.stderr }
    return differences(adapted(transcript), outcome, own)
  }

  function placeholdersOf({ name, argv }: Transcript): Placeholders {
    const peer = idOf(join(followers, argv[1]?.startsWith('-') === true ? 'my' : (argv[1] ?? ''), 'identity.json'))
    const own = { ...placeholders, ...(peer !== undefined && { $PEERID: peer }) }
    // An IPFS node that answers at once leaves no time for a signal before the peer is there.
    return name === 'run-sigint-early' ? { ...own, $IPFS_RPC: placeholders['$CLOSED'] ?? '' } : own
  }

  function baseEnv(own: Placeholders): Record<string, string> {
    return {
      HOME: folder.path,
      IPFS_CLUSTER_PATH: followers,
      CLUSTER_IPFSHTTP_NODEMULTIADDRESS: `/ip4/127.0.0.1/tcp/${own['$IPFS_RPC']}`,
      IPFS_GATEWAY: '127.0.0.1:8080',
      CLUSTER_MDNSINTERVAL: '0s'
    }
  }

  async function start(name: string): Promise<void> {
    const program = new Program(join(OUR_BINS, 'ipfs-cluster-follow'), [name, 'run'], { env: baseEnv(placeholders) })
    running.set(name, program)
    await program.waitFor(/READY/, 60_000)
    const socket = `/unix${followers}/${name}/api-socket`
    await until(async () => {
      const { stdout } = await runProgram(join(OUR_BINS, 'ipfs-cluster-ctl'), ['--host', socket, 'status'])
      return stdout.match(/: PINNED/g)?.length === 2
    })
    await until(async () => {
      const { stdout } = await runProgram(join(OUR_BINS, 'ipfs-cluster-ctl'), ['--host', socket, 'peers', 'ls'])
      return stdout.match(/Sees 1 other peers/g)?.length === 2
    })
  }

  async function stop(name: string): Promise<void> {
    expect(await running.get(name)?.stop('SIGTERM')).toBe(0)
    running.delete(name)
  }

  function checkFiles({ name, argv, files_after: files = [], content_after: contents = {} }: Transcript): void {
    const home = join(followers, argv[1] ?? '')
    const base = files.some(({ path }) => path.startsWith(`${argv[1]}/`)) ? followers : home
    // The store of this program is LevelDB, and it is there once the peer has run.
    for (const { path, mode } of files.filter((file) => !/leveldb|pebble/.test(file.path))) {
      expect([path, (statSync(join(base, path)).mode & 0o777).toString(8)]).toEqual([path, mode])
    }
    if (name === 'list-before-first-run') expect(readdirSync(home).sort()).toEqual(['identity.json', 'service.json'])
    if (contents['service.json'] !== undefined) {
      const expected = fillIn(contents['service.json'], placeholders).replace('"127.0.0.1', '"http://127.0.0.1')
      expect(readFileSync(join(home, 'service.json'), 'utf8')).toBe(expected)
    }
  }
})

/** Serves the configuration of a peer as its followers are to have it, and other documents. */
function publish(trusted: Peer, swarm: number): Server {
  const template = JSON.parse(readFileSync(join(trusted.folder, 'peer/service.json'), 'utf8')) as Template
  const followed: Template = {
    ...template,
    cluster: {
      ...template.cluster,
      peername: 'follower',
      follower_mode: true,
      listen_multiaddress: [`/ip4/127.0.0.1/tcp/${swarm}`],
      peer_addresses: [trusted.swarmAddress]
    },
    consensus: { crdt: { ...template.consensus.crdt, trusted_peers: [trusted.id] } }
  }
  const onPebble = JSON.stringify({ ...followed, datastore: { pebble: {} } })
  const documents: Readonly<Record<string, string>> = {
    '/t.json': onPebble,
    '/ipns/follow.example': onPebble,
    '/lv.json': JSON.stringify(followed),
    '/raft.json': JSON.stringify({ ...followed, consensus: { raft: {} } }),
    '/bad.json': 'nope'
  }
  return createServer((request, response) => {
    const document = documents[request.url ?? '']
    response.writeHead(document === undefined ? 404 : 200).end(document ?? 'missing\n')
  })
}

interface Template {
  cluster: Record<string, unknown>
  consensus: { crdt?: Record<string, unknown>; raft?: object }
  datastore: Record<string, unknown>
}

/** Sends the signal of a transcript, when the program is where the recorded one was. */
async function interrupt(program: Program, { name, signals }: Transcript): Promise<void> {
  if (signals === undefined || name === 'run-twice') return
  if (name === 'run-sigint-early') {
    await program.waitFor(/waiting for IPFS/)
    program.child.kill('SIGINT')
  } else {
    await program.waitFor(name === 'run-ipfs-down' ? /(waiting for IPFS[^]*){2}/ : /READY/, 60_000)
    program.child.kill('SIGTERM')
  }
}

async function ipfsIdOf(peer: Peer): Promise<string> {
  const answer = await fetch(`${peer.ipfsRpc}/id`, { method: 'POST' })
  return ((await answer.json()) as { ID: string }).ID
}

function idOf(path: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { id: string }).id
  } catch {
    return undefined
  }
}
