import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TestCluster } from './harness/cluster.ts'
import { temporaryFolder } from './harness/folder.ts'
import { describeWithKubo, GO_BINS } from './harness/go.ts'
import type { Kubo } from './harness/ipfs.ts'
import { startKubo } from './harness/ipfs.ts'
import { Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { pin } from './harness/pins.ts'
import { until } from './harness/until.ts'

/** A peer with the place where the content of its IPFS node is to be had. */
interface Place {
  peer: Peer
  gateway: string
}

describeWithKubo('a cluster with embedded IPFS nodes and Kubos', (kuboBin) => {
  const folder = temporaryFolder()
  const kubos: Kubo[] = []
  const places: Place[] = []
  let namespace: Namespace
  let cluster: TestCluster

  beforeAll(async () => {
    namespace = await Namespace.open()
    cluster = new TestCluster({ namespace, env: { CLUSTER_IPFSHTTP_CONNECTSWARMSDELAY: '1s' } })
    for (let count = 0; count < 2; count++) {
      const peer = await cluster.add(OUR_BINS, { ipfsPort: undefined })
      places.push({ peer, gateway: peer.gateway })
    }
    for (const bins of [OUR_BINS, ...(GO_BINS === undefined ? [] : [GO_BINS])]) {
      const home = join(folder.path, `kubo${kubos.length}`)
      mkdirSync(home)
      const kubo = await startKubo(kuboBin, home, namespace)
      kubos.push(kubo)
      places.push({ peer: await cluster.add(bins, { ipfsPort: kubo.port }), gateway: kubo.gateway })
    }
    await cluster.settled()
  }, 180_000)
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    await Promise.all(kubos.map(async (kubo) => kubo.stop()))
    await namespace[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  it('has on all nodes what is added on any of them', async () => {
    for (const { peer } of places) {
      const { path, content } = makeFile(700_000)
      const cid = await add(peer, path)
      for (const { peer: other } of places) await until(async () => (await statuses(other, cid)).every(isPinned))
      for (const { gateway } of places) expect((await download(gateway, cid)).equals(content)).toBe(true)
    }
  }, 120_000)

  it('has what is meant for one node on that one, wherever it is added', async () => {
    for (const [index, { peer }] of places.entries()) {
      const target = at((index + 1) % places.length)
      const { path, content } = makeFile(300_000)
      const cid = await add(peer, path, '--rmin', '1', '--rmax', '1', '--allocations', target.peer.id)
      await until(async () => (await status(target.peer, cid))[target.peer.id] === 'pinned')
      const elsewhere = Object.entries(await status(peer, cid)).filter(([id]) => id !== target.peer.id)
      expect(elsewhere.map(([, is]) => is)).toEqual(places.slice(1).map(() => 'remote'))
      expect((await download(target.gateway, cid)).equals(content)).toBe(true)
    }
  }, 120_000)

  it('fetches from one another what only one node has', async () => {
    for (const [index, kubo] of kubos.entries()) {
      const content = randomBytes(400_000)
      const form = new FormData()
      form.append('file', new Blob([content]))
      const answer = await fetch(`${kubo.rpc}/add?cid-version=1&pin=false`, { method: 'POST', body: form })
      const { Hash: cid } = (await answer.json()) as { Hash: string }
      await pin(at(index).peer, cid)
      for (const { peer } of places) await until(async () => (await statuses(peer, cid)).every(isPinned))
      for (const { gateway } of places) expect((await download(gateway, cid)).equals(content)).toBe(true)
    }
  }, 120_000)

  function at(index: number): Place {
    const place = places[index]
    if (place === undefined) throw new Error(`there is no peer ${index}`)
    return place
  }

  function makeFile(size: number): { path: string; content: Buffer } {
    const content = randomBytes(size)
    const path = join(folder.path, content.subarray(0, 8).toString('hex'))
    writeFileSync(path, content)
    return { path, content }
  }
})

async function add(peer: Peer, path: string, ...options: string[]): Promise<string> {
  const outcome = await peer.ctl('add', '--quieter', ...options, path)
  expect(outcome).toMatchObject({ code: 0 })
  return outcome.stdout.trim()
}

async function status(peer: Peer, cid: string): Promise<Record<string, string>> {
  const answer = await fetch(`${peer.rest}/pins/${cid}`)
  const { peer_map: entries } = (await answer.json()) as { peer_map: Record<string, { status: string }> }
  return Object.fromEntries(Object.entries(entries).map(([id, entry]) => [id, entry.status]))
}

async function statuses(peer: Peer, cid: string): Promise<string[]> {
  return Object.values(await status(peer, cid))
}

function isPinned(text: string): boolean {
  return text === 'pinned'
}

async function download(gateway: string, cid: string): Promise<Buffer> {
  const answer = await fetch(`${gateway}/ipfs/${cid}`)
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}
