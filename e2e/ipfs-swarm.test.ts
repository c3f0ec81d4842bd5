import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './harness/folder.ts'
import { Peer } from './harness/peer.ts'
import { until } from './harness/until.ts'

describe('the IPFS nodes of the peers', () => {
  const folders = Array.from({ length: 3 }, temporaryFolder)
  const secret = randomBytes(32).toString('hex')
  const peers: Peer[] = []

  beforeAll(async () => {
    await addPeer()
    await addPeer()
  }, 60_000)
  afterAll(async () => {
    await Promise.all(peers.map(async (peer) => peer.kill()))
    for (const folder of folders) folder[Symbol.dispose]()
  })

  it('are connected when the peers have joined', async () => {
    await until(async () => (await neighbours(at(0))).includes(await nodeOf(at(1))))
  })

  it('give one another what only one of them has', async () => {
    const content = randomBytes(3_000_000)
    const cid = await addOnlyOn(at(0), 'first', content)
    expect(content.equals(await read(at(1), cid))).toBe(true)
    expect(await holders(cid)).toEqual([at(0).id])
  })

  it('take in the node of a peer that joins later', async () => {
    const late = await addPeer()
    for (const peer of [at(0), at(1)]) {
      await until(async () => (await neighbours(peer)).includes(await nodeOf(late)))
    }
    const content = randomBytes(500_000)
    expect(content.equals(await read(late, await addOnlyOn(at(1), 'second', content)))).toBe(true)
  }, 60_000)

  it('find one another again when one was restarted', async () => {
    expect(await at(0).stop()).toBe(0)
    await at(0).start('ready', ['--bootstrap', at(1).swarmAddress])
    await until(async () => (await neighbours(at(0))).length === 2)
  }, 60_000)

  async function addPeer(): Promise<Peer> {
    const folder = folders[peers.length]?.path ?? ''
    const peer = await Peer.init({
      folder,
      env: {
        CLUSTER_SECRET: secret,
        CLUSTER_PEERNAME: `peer${peers.length}`,
        CLUSTER_PEERWATCHINTERVAL: '100ms',
        CLUSTER_IPFSHTTP_CONNECTSWARMSDELAY: '10ms'
      }
    })
    await peer.start('ready', peers[0] === undefined ? [] : ['--bootstrap', peers[0].swarmAddress])
    peers.push(peer)
    return peer
  }

  function at(index: number): Peer {
    const peer = peers[index]
    if (peer === undefined) throw new Error(`peer ${index} was not started`)
    return peer
  }

  async function addOnlyOn(peer: Peer, name: string, content: Uint8Array): Promise<string> {
    const path = join(peer.folder, name)
    writeFileSync(path, content)
    const added = await peer.ctl('add', '-Q', '--local', '--allocations', peer.id, '--rmin', '1', '--rmax', '1', path)
    expect(added).toMatchObject({ code: 0, stderr: '' })
    return added.stdout.trim()
  }

  async function holders(cid: string): Promise<string[]> {
    const { stdout } = await at(1).ctl('--enc', 'json', 'status', cid)
    const { peer_map } = JSON.parse(stdout) as { peer_map: Record<string, { status: string }> }
    return Object.entries(peer_map).flatMap(([id, { status }]) => (status === 'pinned' ? [id] : []))
  }
})

async function read(peer: Peer, cid: string): Promise<Buffer> {
  const answer = await fetch(`${peer.gateway}/ipfs/${cid}`)
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

/** Ask the node itself, not the peer beside it. */
async function rpc<T>(peer: Peer, command: string): Promise<T> {
  const [, , , , port] = (peer.env.CLUSTER_IPFSHTTP_NODEMULTIADDRESS ?? '').split('/')
  return (await (await fetch(`http://127.0.0.1:${port}/api/v0/${command}`, { method: 'POST' })).json()) as T
}

async function nodeOf(peer: Peer): Promise<string> {
  return (await rpc<{ ID: string }>(peer, 'id')).ID
}

async function neighbours(peer: Peer): Promise<string[]> {
  const { Peers } = await rpc<{ Peers: { Peer: string }[] | null }>(peer, 'swarm/peers')
  return [...new Set((Peers ?? []).map(({ Peer }) => Peer))]
}
