import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { attack } from '../packages/core/test/hostile/attack.ts'
import { MEMBER_ATTACKS, STRANGER_ATTACKS } from '../packages/core/test/hostile/attacks/index.ts'
import { HostilePeer } from '../packages/core/test/hostile/hostile-peer.ts'
import { rawCid } from './harness/cids.ts'
import { temporaryFolder } from './harness/folder.ts'
import type { MockIpfs } from './harness/mock-ipfs.ts'
import { startMockIpfs } from './harness/mock-ipfs.ts'
import { Peer } from './harness/peer.ts'

const SECRET = '17'.repeat(32)
const CLUSTER_NAME = 'attacked'

/** Another one makes other inputs; it is part of the name of the test, and so of every failure. */
const SEED = 7
const COUNT = 100

/** One in so many is taken: each protocol has its own test with all of them. */
const STEP = 4
const PINS = 20

/** MiB that a peer may have in addition after the attacks: what its engine does not give back at once. */
const MAX_GROWTH = 200

/** Lines that all attacks together may leave in the log. */
const MAX_LINES = 400

const folder = temporaryFolder()
let ipfs: MockIpfs
let peer: Peer

beforeAll(async () => {
  const env = { CLUSTER_SECRET: SECRET, CLUSTER_CRDT_CLUSTERNAME: CLUSTER_NAME }
  ipfs = await startMockIpfs()
  peer = await Peer.init({ folder: folder.path, ipfsPort: ipfs.port, env })
  await peer.start()
  for (let i = 0; i < PINS; i++) await peer.ctl('pin', 'add', '--no-status', rawCid(`pin ${i}`).toString())
}, 60_000)

afterAll(async () => {
  await peer.stop()
  await ipfs.stop()
  folder[Symbol.dispose]()
})

async function pins(): Promise<string> {
  return (await (await fetch(`${peer.rest}/allocations`)).text()).split('\n').sort().join('\n')
}

/** MiB that the process has in memory. */
function memory(): number {
  const [, kibibytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${peer.daemon.pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) / 1024
}

async function expectAlive(): Promise<void> {
  const { status } = await fetch(`${peer.rest}/id`, { signal: AbortSignal.timeout(5000) })
  expect(status).toBe(200)
}

const onLinux = process.platform === 'linux' ? it : it.skip

onLinux(
  `a daemon is as it was after hostile inputs of seed ${SEED} on all of its protocols`,
  async () => {
    const [pinset, before, lines] = [await pins(), memory(), peer.daemon.stderr.split('\n').length]
    const target = { address: peer.swarmAddress, secret: Buffer.from(SECRET, 'hex'), clusterName: CLUSTER_NAME }
    const hostile = await HostilePeer.create(target)
    try {
      for (const { inputs } of [...STRANGER_ATTACKS, ...MEMBER_ATTACKS]) {
        const some = inputs(SEED, COUNT).filter((_, i) => i % STEP === SEED % STEP)
        await attack(hostile, some, expectAlive)
      }
    } finally {
      await hostile.stop()
    }
    expect(await pins()).toBe(pinset)
    expect(memory() - before).toBeLessThan(MAX_GROWTH)
    expect(peer.daemon.stderr.split('\n').length - lines).toBeLessThan(MAX_LINES)
    const added = await peer.ctl('pin', 'add', '--no-status', rawCid('afterwards').toString())
    expect(added.code).toBe(0)
    expect(peer.daemon.running).toBe(true)
  },
  120_000
)
