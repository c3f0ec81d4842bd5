import { VERSION } from '@ipfs-cluster/api/version'
import { createIdentity, formatIdentity } from '@ipfs-cluster/core/config'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Placeholders } from '../packages/cli-kit/test-suites/replay/transcript.ts'
import { TestCluster } from './harness/cluster.ts'
import { ctlTranscripts, replayEach } from './harness/ctl-replay.ts'
import { temporaryFolder } from './harness/folder.ts'
import { OUR_BINS } from './harness/peer.ts'
import type { Peer } from './harness/peer.ts'
import { freePorts } from './harness/ports.ts'
import type { Outcome } from './harness/process.ts'
import { runProgram } from './harness/process.ts'

/** Key and certificate for localhost and 127.0.0.1, signed by itself. */
const PEM = join(import.meta.dirname, '../packages/client/test/fixtures/tls.pem')

const NO_RAFT = 'there is no Raft yet'

const SKIPPED: Readonly<Record<string, string>> = {
  'basic-none-status-cid': 'nothing is printed of an item that could not be had',
  ...Object.fromEntries(
    ctlTranscripts('ctl-auth-transports')
      .filter(({ name }) => name.startsWith('raft-'))
      .map(({ name }) => [name, NO_RAFT])
  ),
  // Only a Raft peer has the API on the host of the cluster.
  ...{ 'libp2p-ok': NO_RAFT, 'libp2p-id': NO_RAFT, 'libp2p-https-ignored': NO_RAFT, 'libp2p-add': NO_RAFT }
}

/** The words of libp2p, and of the TLS of Go. */
const REASON = ['(?<=/version": )[^]*']
const VOLATILE: Readonly<Record<string, readonly string[]>> = {
  'libp2p-no-secret': REASON,
  'libp2p-wrong-secret': REASON,
  'libp2p-crdt-peer-no-endpoint': REASON,
  'libp2p-wrong-peerid': REASON,
  'libp2p-refused': REASON,
  'tls-unknown-ca': ['(?<=unknown authority).*']
}

describe('the transcripts of ipfs-cluster-ctl about credentials, TLS and libp2p', () => {
  const folder = temporaryFolder()
  const auth = { CLUSTER_RESTAPI_BASICAUTHCREDENTIALS: 'testuser:testpass' }
  const tls = { CLUSTER_RESTAPI_SSLCERTFILE: PEM, CLUSTER_RESTAPI_SSLKEYFILE: PEM }
  const cluster = new TestCluster()
  let placeholders: Placeholders

  beforeAll(async () => {
    copyFileSync(PEM, join(folder.path, 'c.pem'))
    writeFileSync(join(folder.path, 'hello.txt'), 'hello cluster\n')
    const basic = await start(auth)
    const both = await start({ ...auth, ...tls })
    const tlsOnly = await start(tls)
    placeholders = {
      '1.1.6': VERSION,
      $REST_BASIC: String(basic.restPort),
      $REST_TLS: String(both.restPort),
      $REST_TLSONLY: String(tlsOnly.restPort),
      $PEER_BASIC: basic.id,
      $SWARM_BASIC: portOf(basic),
      // What is asked of it, any peer with the secret answers.
      $PEER_RAFT0: both.id,
      $SWARM_RAFT0: portOf(both),
      '2588b80d5cb05374fa142aed6cbb047d1f4ef8ef15e37eba68c65b9d30df67ed': cluster.secret,
      $CLUSTER_ROOT: folder.path,
      $FIX: folder.path,
      $TMP: folder.path
    }
  }, 120_000)
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  replayEach(ctlTranscripts('ctl-auth-transports'), {
    skipped: SKIPPED,
    volatile: VOLATILE,
    placeholders: () => placeholders
  })

  async function start(env: Record<string, string>): Promise<Peer> {
    const peer = await cluster.make(OUR_BINS, { env })
    await peer.start()
    return peer
  }
})

function portOf({ env }: Peer): string {
  return env.CLUSTER_LISTENMULTIADDRESS?.split('/').at(-1) ?? ''
}

describe('ipfs-cluster-ctl at a host over libp2p', () => {
  const cluster = new TestCluster()
  let address: string

  beforeAll(async () => {
    const identity = JSON.parse(formatIdentity(await createIdentity())) as { id: string; private_key: string }
    const [port = 0] = await freePorts(1)
    const listen = `/ip4/127.0.0.1/tcp/${port}`
    address = `${listen}/p2p/${identity.id}`
    const env = {
      CLUSTER_RESTAPI_LIBP2PLISTENMULTIADDRESS: listen,
      CLUSTER_RESTAPI_ID: identity.id,
      CLUSTER_RESTAPI_PRIVATEKEY: identity.private_key
    }
    await cluster.add(OUR_BINS, { env, ipfsPort: undefined })
  }, 120_000)
  afterAll(async () => cluster[Symbol.asyncDispose]())

  it('asks, adds and streams', async () => {
    expect(await ctl(['--https', 'version'])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' })
    const added = await ctl(['add', '-Q', import.meta.filename])
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect((await ctl(['pin', 'ls'])).stdout.startsWith(added.stdout.trim())).toBe(true)
    expect((await ctl(['pin', 'ls', 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'])).code).toBe(2)
  })

  it('reads standard input, and takes the next host when one does not answer', async () => {
    const nobody = address.replace(/tcp\/\d+/, 'tcp/1')
    const outcome = await ctl(['pin', 'add', '-'], `${nobody},${address}`, 'bafkqaaa\n')
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/^bafkqaaa \| /), stderr: '' })
  })

  async function ctl(words: readonly string[], host = address, stdin = ''): Promise<Outcome> {
    return runProgram(join(OUR_BINS, 'ipfs-cluster-ctl'), ['--host', host, ...words], { stdin })
  }
})
