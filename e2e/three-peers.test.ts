import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { rawCid } from './harness/cids.ts'
import { temporaryFolder } from './harness/folder.ts'
import type { MockIpfs } from './harness/mock-ipfs.ts'
import { startMockIpfs } from './harness/mock-ipfs.ts'
import { Peer } from './harness/peer.ts'
import { until } from './harness/until.ts'

interface Status {
  peer_map: Record<string, { peername: string; status: string }>
}

describe('three peers', () => {
  const folders = Array.from({ length: 3 }, temporaryFolder)
  const nodes: MockIpfs[] = []
  const peers: Peer[] = []

  beforeAll(async () => {
    const secret = randomBytes(32).toString('hex')
    for (const [index, folder] of folders.entries()) {
      const ipfs = await startMockIpfs()
      nodes.push(ipfs)
      const env = { CLUSTER_SECRET: secret, CLUSTER_PEERNAME: `peer${index}`, CLUSTER_MONITORPINGINTERVAL: '1s' }
      const peer = await Peer.init({ folder: folder.path, ipfsPort: ipfs.port, env })
      await peer.start('ready', peers[0] === undefined ? [] : ['--bootstrap', peers[0].swarmAddress])
      peers.push(peer)
    }
  }, 60_000)
  afterAll(async () => {
    await Promise.all(peers.map(async (peer) => peer.kill()))
    await Promise.all(nodes.map(async (node) => node.stop()))
    for (const folder of folders) folder[Symbol.dispose]()
  })

  it('see one another', async () => {
    for (const peer of peers) {
      await until(async () => {
        const { stdout } = await peer.ctl('peers', 'ls')
        return stdout.match(/Sees 2 other peers/g)?.length === 3
      })
    }
  })

  it('pin everywhere what is pinned on one, with its options, and unpin it', async () => {
    const cid = rawCid('shared').toString()
    const added = await at(0).ctl('pin', 'add', '--ns', '--name', 'shared', '--metadata', 'a=b', cid)
    expect(added).toMatchObject({ code: 0, stderr: '' })
    await until(async () => (await statuses(at(2), cid)).join() === 'pinned,pinned,pinned')

    const { stdout } = await at(1).ctl('--enc', 'json', 'pin', 'ls', cid)
    expect(JSON.parse(stdout)).toMatchObject({ cid, name: 'shared', metadata: { a: 'b' } })

    await at(1).ctl('pin', 'rm', '--ns', cid)
    await until(async () => (await at(0).ctl('pin', 'ls', cid)).code === 2)
  })

  it('lets a peer that was killed catch up', async () => {
    await at(2).kill()
    const cids = Array.from({ length: 50 }, (_, n) => rawCid(`missed ${n}`).toString())
    for (const cid of cids) expect((await fetch(`${at(0).rest}/pins/${cid}`, { method: 'POST' })).status).toBe(200)
    await at(2).start('ready', ['--bootstrap', at(0).swarmAddress])
    // The newest change comes first, and what it rests upon after it.
    await until(async () => (await pinset(at(2))).length === cids.length)
    expect(new Set(await pinset(at(2)))).toEqual(new Set(cids))
  }, 60_000)

  function at(index: number): Peer {
    const peer = peers[index]
    if (peer === undefined) throw new Error(`peer ${index} was not started`)
    return peer
  }
})

async function pinset(peer: Peer): Promise<string[]> {
  const text = await (await fetch(`${peer.rest}/allocations`)).text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { cid: string }).cid)
}

async function statuses(peer: Peer, cid: string): Promise<string[]> {
  const { stdout } = await peer.ctl('--enc', 'json', 'status', cid)
  return Object.values((JSON.parse(stdout) as Status).peer_map).map(({ status }) => status)
}
