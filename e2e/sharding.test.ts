import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { TestCluster } from './harness/cluster.ts'
import { temporaryFolder } from './harness/folder.ts'
import { describeWithGo, describeWithKubo } from './harness/go.ts'
import type { Kubo } from './harness/ipfs.ts'
import { startKubo } from './harness/ipfs.ts'
import { Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { until } from './harness/until.ts'

const ENV = {
  CLUSTER_IPFSHTTP_CONNECTSWARMSDELAY: '1s',
  CLUSTER_PEERWATCHINTERVAL: '1s',
  CLUSTER_DISABLEREPINNING: 'true'
}

const SHARD_SIZE = 4_000_000
/** Two shards for each of four peers. */
const CONTENT = randomBytes(8 * SHARD_SIZE - 1_500_000)

/** An IPFS node by its RPC. */
interface Node {
  rpc: string
}

interface PinLine {
  cid: string
  type: string
  shard_size: number
  allocations: string[]
}

/** A cluster of four peers, their nodes, and a node that belongs to none of them. */
interface Setting extends AsyncDisposable {
  peers: readonly Peer[]
  nodes: readonly Node[]
  stranger: Node
}

describe('a file that is spread over four peers', () => {
  spreads(async () => {
    const cluster = new TestCluster({ env: ENV })
    const apart = new TestCluster()
    for (let i = 0; i < 4; i++) await cluster.add(OUR_BINS, { ipfsPort: undefined })
    const stranger = await apart.add(OUR_BINS, { ipfsPort: undefined })
    await cluster.settled()
    return {
      peers: cluster.peers,
      nodes: cluster.peers.map(nodeOf),
      stranger: nodeOf(stranger),
      async [Symbol.asyncDispose]() {
        await Promise.all([cluster[Symbol.asyncDispose](), apart[Symbol.asyncDispose]()])
      }
    }
  })
})

describeWithGo('a file that is spread over peers of ours and Go peers', (goBins) => {
  describeWithKubo('each with a Kubo', (kuboBin) => {
    spreads(async () => {
      const folder = temporaryFolder()
      const namespace = await Namespace.open()
      const cluster = new TestCluster({ namespace, env: ENV })
      const kubos: Kubo[] = []
      for (let i = 0; i < 5; i++) {
        const home = join(folder.path, `kubo${i}`)
        mkdirSync(home)
        kubos.push(await startKubo(kuboBin, home, namespace))
      }
      for (const [i, bins] of [OUR_BINS, goBins, OUR_BINS, goBins].entries()) {
        await cluster.add(bins, { ipfsPort: kubos[i]?.port })
      }
      await cluster.settled()
      const [stranger = { rpc: '' }] = kubos.slice(4)
      return {
        peers: cluster.peers,
        nodes: kubos.slice(0, 4),
        stranger,
        async [Symbol.asyncDispose]() {
          await cluster[Symbol.asyncDispose]()
          await Promise.all(kubos.map(async (kubo) => kubo.stop()))
          await namespace[Symbol.asyncDispose]()
          folder[Symbol.dispose]()
        }
      }
    })
  })
})

function spreads(open: () => Promise<Setting>): void {
  let setting: Setting
  let before: { blocks: Set<string>; bytes: number }[]
  let root: string
  let pins: PinLine[]

  beforeAll(async () => {
    setting = await open()
    before = await Promise.all(setting.nodes.map(contentOf))
    root = await addSharded(at(0))
    pins = await pinsOf(at(0), 'shard-pin')
    for (const { cid } of pins)
      await until(async () => (await statusOf(at(0), cid)).filter((each) => each === 'pinned').length === 1)
    // All have the list of shards as well.
    const [dag] = await pinsOf(at(0), 'clusterdag-pin')
    await until(async () => (await statusOf(at(0), dag?.cid ?? '')).filter((each) => each === 'pinned').length === 4)
  }, 180_000)
  afterAll(async () => {
    await setting[Symbol.asyncDispose]()
  })

  it('has two shards on each of them', async () => {
    expect(pins).toHaveLength(8)
    const counts = Map.groupBy(pins, ({ allocations }) => allocations.join())
    expect([...counts.values()].map((each) => each.length)).toEqual([2, 2, 2, 2])
    for (const { shard_size: size } of pins) expect(size).toBeLessThan(SHARD_SIZE)
  })

  it('is on each of them as its shards and no more', async () => {
    const sum = pins.reduce((total, { shard_size: size }) => total + size, 0)
    expect(sum).toBeLessThan(CONTENT.length * 1.01)
    await collectGarbage()
    const grown = await Promise.all(
      setting.nodes.map(async (node, i) => (await contentOf(node)).bytes - (before[i]?.bytes ?? 0))
    )
    for (const [i, bytes] of grown.entries()) {
      const own = pins.filter(({ allocations }) => allocations.join() === at(i).id)
      expect(bytes).toBeLessThan(own.reduce((total, { shard_size: size }) => total + size, 0) * 1.05)
    }
    expect(grown.reduce((total, bytes) => total + bytes, 0)).toBeLessThan(CONTENT.length * 1.05)
  }, 120_000)

  it('can be read from a node that has nothing of it', async () => {
    const { stranger, nodes } = setting
    for (const node of nodes) {
      const { Addresses } = (await rpc(node, 'id')) as { Addresses: string[] }
      await rpc(stranger, `swarm/connect?arg=${encodeURIComponent(Addresses[0] ?? '')}`)
    }
    const answer = await fetch(`${stranger.rpc}/cat?arg=${root}`, { method: 'POST' })
    expect(CONTENT.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true)
  }, 120_000)

  it('is gone from all of them when it is unpinned', async () => {
    const { status } = await fetch(`${at(0).rest}/pins/${root}`, { method: 'DELETE' })
    expect(status).toBe(200)
    expect(await pinsOf(at(0), 'all')).toEqual([])
    for (const peer of setting.peers) await until(async () => (await pinsOf(peer, 'all')).length === 0)
    for (const node of setting.nodes) await until(async () => !(await holdsAnyOf(node, pins)))
    await collectGarbage()
    for (const [i, node] of setting.nodes.entries()) {
      const { blocks } = await contentOf(node)
      expect([...blocks].filter((block) => before[i]?.blocks.has(block) !== true)).toEqual([])
    }
  }, 120_000)

  function at(index: number): Peer {
    const peer = setting.peers[index]
    if (peer === undefined) throw new Error(`there is no peer ${index}`)
    return peer
  }

  async function collectGarbage(): Promise<void> {
    for (const node of setting.nodes) await rpcLines(node, 'repo/gc')
  }
}

async function addSharded(peer: Peer): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob([CONTENT]), 'big')
  const query = `stream-channels=false&shard=true&shard-size=${SHARD_SIZE}&name=big&replication-min=1&replication-max=1`
  const answer = await fetch(`${peer.rest}/add?${query}`, { method: 'POST', body: form })
  const outputs = (await answer.json()) as { name: string; cid: string }[]
  const cid = outputs.find(({ name }) => name === 'big')?.cid
  if (cid === undefined) throw new Error(`the add failed: ${JSON.stringify(outputs)}`)
  return cid
}

async function pinsOf(peer: Peer, type: string): Promise<PinLine[]> {
  const lines = (await (await fetch(`${peer.rest}/allocations?filter=${type}`)).text()).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as PinLine)
}

async function statusOf(peer: Peer, cid: string): Promise<string[]> {
  const answer = await fetch(`${peer.rest}/pins/${cid}`)
  const { peer_map: entries = {} } = (await answer.json()) as { peer_map?: Record<string, { status: string }> }
  return Object.values(entries).map(({ status }) => status)
}

function nodeOf(peer: Peer): Node {
  return { rpc: peer.ipfsRpc }
}

async function rpc(node: Node, command: string): Promise<unknown> {
  const [last] = (await rpcLines(node, command)).slice(-1)
  return last
}

async function rpcLines(node: Node, command: string): Promise<unknown[]> {
  const text = await (await fetch(`${node.rpc}/${command}`, { method: 'POST' })).text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

/** The blocks that a node has, by their multihashes, and the bytes of all of them. */
async function contentOf(node: Node): Promise<{ blocks: Set<string>; bytes: number }> {
  const refs = (await rpcLines(node, 'refs/local')) as { Ref: string }[]
  const { RepoSize } = (await rpc(node, 'repo/stat')) as { RepoSize: number }
  return { blocks: new Set(refs.map(({ Ref }) => Ref)), bytes: RepoSize }
}

async function holdsAnyOf(node: Node, pins: readonly PinLine[]): Promise<boolean> {
  const held = (await rpcLines(node, 'pin/ls?type=recursive&stream=true')) as { Cid: string }[]
  return held.some(({ Cid }) => pins.some(({ cid }) => cid === Cid))
}
