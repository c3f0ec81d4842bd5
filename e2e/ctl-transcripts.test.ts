import { VERSION } from '@ipfs-cluster/api/version'
import { afterAll, beforeAll, describe } from '@jest/globals'
import { create } from 'kubo-rpc-client'
import type { KuboRPCClient } from 'kubo-rpc-client'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Placeholders } from '../packages/cli-kit/test-suites/replay/transcript.ts'
import { TestCluster } from './harness/cluster.ts'
import { ctlTranscripts, replayEach } from './harness/ctl-replay.ts'
import { temporaryFolder } from './harness/folder.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { until } from './harness/until.ts'

/** What is not compared, and why. */
const SKIPPED: Readonly<Record<string, string>> = {
  'host-refused-status-cid': 'nothing is printed of an item that could not be had'
}

/** Regular expressions of what may differ, besides those of the transcript. */
const VOLATILE: Readonly<Record<string, readonly string[]>> = {
  // Which addresses a peer has heard of by then.
  'peers-ls-json': ['"cluster_peers_addresses": \\[[^\\]]*\\]'],
  // Which of the peers that are equally good get the pin.
  'pin-add-wait-limit': ['peer\\d'],
  'single-dash-rmin': ['\\$PEER\\d'],
  // The protocols that a peer speaks.
  bandwidth: ['(?: *\\S*: <volatile>\\n)+'],
  'bandwidth-json': ['(?: {4}"[^"]*": \\{\\n(?: {8}.*\\n){4} {4}\\},?\\n)+'],
  // What an IPFS node holds that nobody has pinned.
  'ipfs-gc-local': ['(?<=CIDs:\\n)(?:<volatile>)*'],
  'ipfs-gc': ['(?<=CIDs:\\n)(?:<volatile>)*'],
  // What a port answers that is none of HTTP, and how Go words a time limit.
  'not-http-port': ['/id": .*'],
  'timeout-expires-json': ['user-allocations=\\\\": .*']
}

/** A direct pin, which Go's lists take for one that is not pinned. */
const DIRECT_PIN = /QmYQuS85[^\n]*:\n(?: {4}> [^\n]*\n)*|\{\n {4}"cid": "QmYQuS85[^]*?\n\}\n/

/** What is left out before the outputs are compared. */
const LEFT_OUT: Readonly<Record<string, RegExp>> = {
  'status-all': DIRECT_PIN,
  'status-all-json': DIRECT_PIN,
  'status-local-all': DIRECT_PIN,
  'status-filter-pinned': DIRECT_PIN,
  'status-filter-pinned-and-bad': DIRECT_PIN,
  'recover-all': DIRECT_PIN,
  'recover-all-local-json': DIRECT_PIN
}

/**
 * What is done behind a transcript. A pin whose time is up goes at once here, and only with the next round of Go: in the
 * transcripts that follow it is still there.
 */
const AFTERWARDS: Readonly<Record<string, readonly string[]>> = {
  'pin-add-expire-short': [
    ...['--host', '/ip4/127.0.0.1/tcp/$REST0', 'pin', 'add', '--ns', '--expire-in', '1h'],
    'QmUziqrwUSLDmuMXZtZTRxdaMy5DcueT39tjiE8zXejjUd'
  ]
}

/**
 * What `ipfs-cluster-ctl` of the Go release was told and what it answered, against peers of a cluster of three: the
 * same words to the built programs, in the same order.
 */
describe('the transcripts of ipfs-cluster-ctl', () => {
  const folder = temporaryFolder()
  const fix = join(folder.path, 'fix')
  const cluster = new TestCluster({ env: { CLUSTER_IPFSHTTP_CONNECTSWARMSDELAY: '1s' } })
  let placeholders: Placeholders

  beforeAll(async () => {
    makeFiles(fix)
    for (let i = 0; i < 3; i++) await cluster.add(OUR_BINS, { ipfsPort: undefined })
    await cluster.settled()
    placeholders = await placeholdersOf(cluster.peers, { $FIX: fix, $TMP: folder.path })
    writeFileSync(join(fix, 'dir.car'), await addContent(cluster.peers))
    await until(async () => (await ipfsOf(cluster.peers[0]).swarm.peers()).length >= 2)
  }, 180_000)
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  describe.each(['ctl-crdt3', 'ctl-flag-syntax'])('%s', (name) => {
    // The first ones end by collecting garbage.
    beforeAll(async () => void (await addContent(cluster.peers)))

    replayEach(ctlTranscripts(name), {
      skipped: SKIPPED,
      volatile: VOLATILE,
      leftOut: LEFT_OUT,
      afterwards: AFTERWARDS,
      placeholders: () => placeholders
    })
  })
})

/** The files that the transcripts speak of. */
function makeFiles(fix: string): void {
  mkdirSync(join(fix, 'dir/sub'), { recursive: true })
  const big = Uint8Array.from({ length: 700_000 }, (_, i) => (7 * i + Math.floor(i / 251)) % 256)
  const files = {
    'hello.txt': 'hello cluster\n',
    'two.txt': 'second file\n',
    'empty.txt': '',
    'dir/a.txt': 'a\n',
    'dir/b.txt': 'b\n',
    'dir/sub/c.txt': 'c\n',
    'dir/.hidden': 'h\n',
    'notcar.car': 'not a car',
    'big.bin': big
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(fix, name), content)
}

/** What the transcripts call the peers, their ports and the folders. */
async function placeholdersOf(peers: readonly Peer[], folders: Placeholders): Promise<Placeholders> {
  const all: Record<string, string> = { ...folders, '1.1.6': VERSION }
  for (const [n, peer] of peers.entries()) {
    const { env } = peer
    const ipfs = await ipfsOf(peer).id()
    Object.assign(all, {
      [`$PEER${n}`]: peer.id,
      [`$SHORT_PEER${n}`]: shorten(peer.id),
      [`$IPFS${n}`]: String(ipfs.id),
      [`$SHORT_IPFS${n}`]: shorten(String(ipfs.id)),
      [`$REST${n}`]: String(peer.restPort),
      [`$SWARM${n}`]: portOf(env.CLUSTER_LISTENMULTIADDRESS),
      [`$PROXY${n}`]: portOf(env.CLUSTER_IPFSPROXY_LISTENMULTIADDRESS),
      [`$IPFS_SWARM${n}`]: portOf(env.CLUSTER_IPFSNODE_SWARMMULTIADDRESS),
      [`$GATEWAY${n}`]: String(peer.gatewayPort)
    })
  }
  return all
}

function portOf(address: string | undefined): string {
  return address?.split('/').at(-1) ?? ''
}

function shorten(id: string): string {
  return `${id.slice(0, 2)}*${id.slice(-6)}`
}

function ipfsOf(peer: Peer | undefined): KuboRPCClient {
  if (peer === undefined) throw new Error('there is no such peer')
  return create({ url: peer.ipfsRpc.replace('/api/v0', '') })
}

/** Puts what the transcripts pin on the first IPFS node, pinned by nobody, and gives a folder of it as a CAR file. */
async function addContent([first]: readonly Peer[]): Promise<Uint8Array> {
  const ipfs = ipfsOf(first)
  for (const text of ['content one\n', 'content two\n', 'content direct\n']) await ipfs.add(text, { pin: false })
  await ipfs.add('content three\n', { pin: false, cidVersion: 1, rawLeaves: true })
  const dir = [
    { path: 'dir/a.txt', content: 'a\n' },
    { path: 'dir/b.txt', content: 'b\n' },
    { path: 'dir/sub/c.txt', content: 'c\n' }
  ]
  await Array.fromAsync(ipfs.addAll(dir, { pin: false }))
  const options = { pin: false, cidVersion: 1, rawLeaves: true, wrapWithDirectory: true } as const
  const root = (await Array.fromAsync(ipfs.addAll(dir, options))).at(-1)
  if (root === undefined) throw new Error('nothing was added')
  return Buffer.concat(await Array.fromAsync(ipfs.dag.export(root.cid)))
}
