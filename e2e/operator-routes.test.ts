import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { ClusterClient, ClusterEvent } from '@ipfs-cluster/client'
import { nodeClient } from '@ipfs-cluster/client/node'
import type { CID } from 'multiformats/cid'
import { rawCid } from './harness/cids.ts'
import { TestCluster } from './harness/cluster.ts'
import type { Peer } from './harness/peer.ts'
import { until } from './harness/until.ts'

const PINS = 150
const MIB = 1024 * 1024

/** What the REST API offers beyond the Go release, over the programs as they are built. */
describe('three daemons and clients of the API', () => {
  const cluster = new TestCluster({
    env: { CLUSTER_REPLICATIONFACTORMIN: '2', CLUSTER_REPLICATIONFACTORMAX: '2' }
  })
  const clients: ClusterClient[] = []
  const cids = Array.from({ length: PINS }, (_, n) => rawCid(`pin ${n}`))

  beforeAll(async () => {
    for (let n = 0; n < 3; n++) {
      const peer = await cluster.add()
      clients.push(nodeClient({ hosts: [`/ip4/127.0.0.1/tcp/${peer.restPort}`] }))
    }
    await cluster.settled()
  }, 180_000)
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()))
    await cluster[Symbol.asyncDispose]()
  }, 180_000)

  it('pin many at once, and tell of each on another peer', async () => {
    const controller = new AbortController()
    const heard: ClusterEvent[] = []
    const listening = listen(client(1), heard, controller.signal)
    await until(async () => heard.length > 0 || (await pinned(client(0), rawCid('first'))))
    const results = await Array.fromAsync(client(0).pinBatch(batch()))
    expect(results.map(({ line }) => line)).toEqual(Array.from({ length: PINS + 1 }, (_, i) => i + 1))
    expect(results.filter(({ error }) => error !== undefined)).toMatchObject([{ line: 11, error: { code: 500 } }])
    const told = (): Set<string> =>
      new Set(heard.flatMap((event) => (event.type === 'pin:put' ? [String(event.pin.cid)] : [])))
    await until(async () => cids.every((cid) => told().has(String(cid))))
    controller.abort()
    await listening
    // Who was away hears what was missed.
    const since = heard.at(-10)?.id ?? ''
    const again: ClusterEvent[] = []
    const second = new AbortController()
    const rest = listen(client(1), again, second.signal, since)
    await until(async () => again.length >= 9)
    second.abort()
    await rest
    expect(again.slice(0, 9).map(({ id }) => id)).toEqual(heard.slice(-9).map(({ id }) => id))
  }, 180_000)

  async function pinned(of: ClusterClient, cid: CID): Promise<boolean> {
    await of.pin(cid)
    return false
  }

  it('list in pages what was pinned, by name, metadata and age', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await client(2).allocationPage(['pin'], {
        limit: 49,
        metadata: { app: 'films' },
        ...(cursor !== undefined && { cursor })
      })
      expect(page.items.length).toBeLessThanOrEqual(49)
      seen.push(...page.items.map(({ cid }) => String(cid)))
      cursor = page.next
    } while (cursor !== undefined)
    expect(seen.sort()).toEqual(cids.map(String).sort())
    const named = await client(1).statusPage(0, { limit: 10, name: 'PIN 7', match: 'iexact' })
    expect(named.items.map(({ name }) => name)).toEqual(['pin 7'])
    await client(0).pin(rawCid('newest'), { name: 'newest' })
    await until(
      async () => (await client(1).allocationPage(['pin'], { limit: 1, order: 'newest' })).items[0]?.name === 'newest'
    )
  }, 180_000)

  it('count the states, and say why a pin is where it is', async () => {
    const all = await countOf(client(0))
    await until(async () => {
      const counts = await Promise.all(clients.map((each) => each.pinCounts()))
      expect(counts.map(({ peer: of }) => of)).toEqual(cluster.peers.map(({ id }) => id))
      const sum = (status: string): number => counts.reduce((total, { statuses }) => total + (statuses[status] ?? 0), 0)
      return sum('pinned') === 2 * all && sum('remote') === all
    })
    const { info, allocation } = explained(await client(0).explain(rawCid('pin 7')))
    expect(Object.keys(info)).toHaveLength(3)
    expect(allocation).toHaveLength(3)
  }, 180_000)

  it('export the same pinset, and describe themselves', async () => {
    const [first, second] = await Promise.all([exported(client(0)), exported(client(1))])
    expect(second).toEqual(first)
    expect(first).toHaveLength(await countOf(client(0)))
    expect(await client(0).openApi()).toMatchObject({ openapi: '3.1.0', paths: { '/pins/counts': {} } })
    expect(await client(0).sync()).toMatchObject({ state: 'complete' })
  }, 180_000)

  it('agree on the marks of peers, and plan moves', async () => {
    const third = cluster.at(2).id
    await client(0).peerMaintenance(third, { for: 3_600_000 })
    await until(async () =>
      (await client(1).peerMarks()).some((mark) => mark.peer === third && mark.kind === 'maintenance')
    )
    await client(1).peerUnmark(third)
    await until(async () => (await client(0).peerMarks()).length === 0)
    await client(0).peerDrain(third, { toMinimum: true })
    await until(async () => (await client(1).peerMarks()).some(({ kind }) => kind === 'drain'))
    expect(await client(0).peerDrainProgress(third)).toMatchObject({ peer: third })
    await client(0).peerUnmark(third)
    const plan = await client(0).rebalancePlan()
    expect(Array.isArray(plan.moves)).toBe(true)
    expect(await client(0).rebalance({ ...plan, moves: [] })).toMatchObject({ total: 0 })
    await until(async () => (await client(0).rebalanceProgress()).state === 'idle')
    expect(await client(0).repairProgress()).toMatchObject({ gone: [] })
  }, 180_000)

  it('answer a fast client whatever 200 slow ones do, in bounded memory', async () => {
    const before = residentBytes(cluster.at(0))
    const ways = [
      'GET /versi',
      'POST /pins/batch HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cid\r\n',
      'POST /add HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 500\r\n\r\n--b\r\n',
      'GET /events HTTP/1.1\r\nHost: a\r\n\r\n',
      // Asks for many lists at once, and reads none.
      'GET /allocations HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(100)
    ]
    const sockets = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => slowClient(ways[i % ways.length] ?? ''))
    )
    for (let n = 0; n < 20; n++) expect((await client(0).id()).id).toBe(cluster.at(0).id)
    expect(residentBytes(cluster.at(0)) - before).toBeLessThan(150 * MIB)
    for (const socket of sockets) socket.destroy()
    expect((await client(0).version()).version).toMatch(/^1\.1\.6/)
  }, 180_000)

  it('answer the same list again and again, and keep nothing of it', async () => {
    const before = residentBytes(cluster.at(0))
    for (let n = 0; n < 2000; n++) await (await fetch(`${cluster.at(0).rest}/allocations`)).arrayBuffer()
    expect(residentBytes(cluster.at(0)) - before).toBeLessThan(100 * MIB)
  }, 180_000)

  /** All pins, and one among them that cannot be. */
  function* batch(): Generator<{
    cid: CID
    name: string
    metadata: Record<string, string>
    replicationFactorMin?: number
  }> {
    for (const [n, cid] of cids.entries()) {
      if (n === 10) yield { cid: rawCid('too many'), name: 'too many', metadata: {}, replicationFactorMin: 5 }
      yield { cid, name: `pin ${n}`, metadata: { app: 'films' } }
    }
  }

  async function slowClient(words: string): Promise<Socket> {
    const socket = connect(cluster.at(0).restPort, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(words)
    return socket
  }

  function client(n: number): ClusterClient {
    const found = clients[n]
    if (found === undefined) throw new Error(`there is no client ${n}`)
    return found
  }
})

async function listen(
  client: ClusterClient,
  heard: ClusterEvent[],
  signal: AbortSignal,
  lastEventId = ''
): Promise<void> {
  try {
    for await (const event of client.events({ types: ['pin:put'], signal, lastEventId })) heard.push(event)
  } catch (err) {
    if (!signal.aborted) throw err
  }
}

async function countOf(client: ClusterClient): Promise<number> {
  let count = 0
  for await (const _ of client.allocations(['all'])) count++
  return count
}

/** The lines of an export, in an order that is the same on all peers. */
async function exported(client: ClusterClient): Promise<string[]> {
  const text = Buffer.concat(await Array.fromAsync(client.stateExport())).toString()
  return text.trim().split('\n').sort()
}

function explained({ peerMap, allocation }: Awaited<ReturnType<ClusterClient['explain']>>): {
  info: object
  allocation: readonly unknown[]
} {
  return { info: peerMap, allocation: allocation?.peers ?? [] }
}

function residentBytes(peer: Peer): number {
  const [, kib = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${peer.daemon.pid}/status`, 'utf8')) ?? []
  return Number(kib) * 1024
}
