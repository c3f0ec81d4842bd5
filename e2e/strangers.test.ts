import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { emptyPin, Time } from '@ipfs-cluster/api'
import { rawCid } from './harness/cids.ts'
import { TestCluster } from './harness/cluster.ts'
import type { Peer } from './harness/peer.ts'
import { alike, pin, pinMany } from './harness/pins.ts'
import { Stranger } from './harness/stranger.ts'
import { until } from './harness/until.ts'

const NOBODY = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
const NOBODY_ELSE = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
const OUR_PROTOCOL = '/ipfscluster/1.0/rpc'
const NEWER_PROTOCOL = '/ipfscluster/2.0/rpc'
const HOUR = 3600

let cluster: TestCluster
let host: Peer

beforeAll(async () => {
  cluster = new TestCluster()
  host = await cluster.add()
}, 60_000)
afterAll(async () => cluster[Symbol.asyncDispose]())

describe('a peer whose way into the cluster is no way', () => {
  it('says that the secret is another one, as does the peer it calls, and both go on', async () => {
    const peer = await cluster.make(undefined, { env: { CLUSTER_SECRET: 'ab'.repeat(32) } })
    await peer.start('ready', ['--bootstrap', host.swarmAddress])
    await peer.daemon.waitFor(/\tERROR\t.*bootstrap to .* failed: .* has another cluster secret\n/)
    await host.daemon.waitFor(/\tWARN\t.*was turned away: it has another cluster secret\n/)
    expect(complaints(peer, /secret/)).toHaveLength(1)
    for (const each of [peer, host]) await goesOn(each)
    expect(await peer.stop()).toBe(0)
  }, 60_000)

  it.each(['nonsense', `/ip4/127.0.0.1/tcp/1/p2p/nobody`, ','])(
    'ends with what is wrong when the address cannot be read: %s',
    async (address) => {
      const peer = await cluster.make()
      const outcome = await peer.service(['daemon', '--bootstrap', address])
      expect(outcome).toMatchObject({ code: 1 })
      expect(outcome.stderr).toMatch(
        /^error parsing bootstrap multiaddress \(.*\): .*\n {2}Give a multiaddress such as/m
      )
    }
  )

  it('says what is wrong with each address that leads nowhere, and goes on', async () => {
    const [, , , , port] = host.swarmAddress.split('/')
    const wrong = {
      '/ip4/1.2.3.4': 'none of its addresses is TCP or WebSocket',
      '/ip4/127.0.0.1/tcp/1': 'nothing listens there',
      [`/ip4/127.0.0.1/tcp/1/p2p/${NOBODY}`]: 'nothing listens there',
      [`/ip4/127.0.0.1/tcp/${port}/p2p/${NOBODY_ELSE}`]: 'another peer answers there'
    }
    const peer = await cluster.make()
    await peer.start('ready', ['--bootstrap', Object.keys(wrong).join(',')])
    for (const [address, reason] of Object.entries(wrong)) {
      const line = `bootstrap to ${address} failed: failed to dial ${address}: ${reason}\n`
      await until(async () => Promise.resolve(peer.daemon.stderr.includes(line)))
    }
    expect(complaints(peer, /bootstrap/)).toHaveLength(4)
    await goesOn(peer)
    expect(await peer.stop()).toBe(0)
  }, 60_000)

  it('joins by an address that does not name the peer', async () => {
    const peer = await cluster.make()
    await peer.start('ready', ['--bootstrap', host.swarmAddress.replace(/\/p2p\/.*/, '')])
    await peer.daemon.waitFor(/joined the cluster of peer0/)
    expect(await peer.stop()).toBe(0)
  }, 60_000)
})

describe('a peer that speaks another version of the protocol', () => {
  it('is listed with that as its error, and what concerns the others works', async () => {
    await using stranger = await Stranger.join(host, NEWER_PROTOCOL)
    const { id } = stranger
    await until(async () => {
      await stranger.ping(30)
      return (await members()).some((member) => member.id === id)
    })
    const entry = (await members()).find((member) => member.id === id)
    expect(entry?.error).toMatch(/ipfscluster\/1\.0\/rpc/)
    expect((await host.ctl('peers', 'ls')).stdout).toMatch(new RegExp(`${id} \\| ERROR: .*ipfscluster`))
    await goesOn(host)
    // The new peer counts as a place where the pin is to be, and it cannot be asked.
    const cid = rawCid('among strangers').toString()
    await pin(host, cid)
    const status = (await (await fetch(`${host.rest}/pins/${cid}`)).json()) as Status
    expect(status.peer_map[id]).toMatchObject({ status: 'cluster_error' })
    expect(status.peer_map[host.id]?.status).toMatch(/pin/)
  }, 60_000)

  it('is said to be one when it is to be joined', async () => {
    await using stranger = await Stranger.join(host, NEWER_PROTOCOL)
    const peer = await cluster.make(undefined, { env: { CLUSTER_SECRET: host.env.CLUSTER_SECRET ?? '' } })
    await peer.start('ready', ['--bootstrap', stranger.address])
    await peer.daemon.waitFor(/bootstrap to .* failed: .*ipfscluster\/1\.0\/rpc/)
    await goesOn(peer)
    expect(await peer.stop()).toBe(0)
  }, 60_000)
})

describe('a clock that is an hour wrong', () => {
  it.each([
    ['behind', -HOUR],
    ['ahead of', HOUR]
  ])(
    'is told of once when it is %s ours',
    async (word, skew) => {
      await using stranger = await Stranger.join(host, OUR_PROTOCOL)
      for (let count = 0; count < 3; count++) await stranger.ping(skew + 30)
      const line = new RegExp(`\\tWARN\\t.*the clock of ${stranger.id} is about 60 min ${word} ours: .*`)
      await host.daemon.waitFor(line)
      await stranger.ping(skew + 30)
      expect((await members()).some(({ id }) => id === stranger.id)).toBe(skew > 0)
      expect(complaints(host, new RegExp(`clock of ${stranger.id}`))).toHaveLength(1)
      await goesOn(host)
    },
    60_000
  )

  it('does not matter to the pins that the peer makes, nor to their order', async () => {
    await using stranger = await Stranger.join(host, OUR_PROTOCOL)
    const other = await cluster.add()
    const cids: string[] = []
    for (const hours of [-1, 1]) {
      const cid = rawCid(`made ${hours} hours from now`)
      const timestamp = Time.fromDate(new Date(Date.now() + hours * HOUR * 1000))
      await stranger.logPin({ ...emptyPin(cid), timestamp, name: 'of the stranger', allocations: [] })
      cids.push(cid.toString())
    }
    await alike([host, other], cids, 20_000)
    // What comes later wins, whatever its clock says.
    for (const cid of cids) await pin(other, cid, { name: 'of the other' })
    await until(async () => {
      const names = await Promise.all(cids.map(async (cid) => nameOf(host, cid)))
      return names.every((name) => name === 'of the other')
    })
    await alike([host, other], await pinMany(host, 'afterwards', 5), 20_000)
  }, 60_000)
})

interface Status {
  peer_map: Record<string, { status: string }>
}

async function members(): Promise<{ id: string; error: string }[]> {
  const text = await (await fetch(`${host.rest}/peers`)).text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: string; error: string })
}

async function nameOf(peer: Peer, cid: string): Promise<string> {
  return ((await (await fetch(`${peer.rest}/allocations/${cid}`)).json()) as { name: string }).name
}

/** Takes a pin, and has it. */
async function goesOn(peer: Peer): Promise<void> {
  await alike([peer], await pinMany(peer, 'goes on', 1), 20_000)
}

/** Lines of the log, warnings and above, that match. */
function complaints(peer: Peer, pattern: RegExp): string[] {
  return peer.daemon.stderr.split('\n').filter((line) => /\t(WARN|ERROR)\t/.test(line) && pattern.test(line))
}
