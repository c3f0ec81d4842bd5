import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { defaultAddParams, defaultPinOptions } from '@ipfs-cluster/api'
import type { AddedOutput, AddParams } from '@ipfs-cluster/api'
import { createIdentity, defaultServiceConfig } from '../../src/config/index.ts'
import type { AddEntry, Peer, PeerInit } from '../../src/cluster/index.ts'
import { createPeer, peerInitFromConfig } from '../../src/cluster/index.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { until } from '../helpers/until.ts'
import { collect, testCid } from '../pintracker/fakes.ts'
import { FakeIpfsNode, memoryLogger } from './fakes.ts'

const identity = await createIdentity()
const PEER = identity.id

let folder: string
let ipfs: FakeIpfsNode
let peer: Peer
let lines: string[]

/** A peer on the disk of this test; a second one finds what the first one left. */
function newPeer(fields: Partial<PeerInit['cluster']> = {}): Peer {
  const config = defaultServiceConfig({ consensus: 'crdt', datastore: 'leveldb' })
  config.cluster.listenMultiaddress = ['/ip4/127.0.0.1/tcp/0']
  config.cluster.mdnsInterval = 0
  const init = peerInitFromConfig(config, { identity, location: join(folder, 'leveldb'), folder })
  const log = memoryLogger()
  lines = log.lines
  return createPeer({
    ...init,
    cluster: { ...init.cluster, peername: 'peer0', ...fields },
    logger: log.logger,
    parts: { ipfs: () => ipfs }
  })
}

async function startReady(next: Peer): Promise<Peer> {
  await next.start()
  await next.cluster.ready()
  return next
}

beforeEach(async () => {
  folder = await temporaryFolder()
  ipfs = new FakeIpfsNode()
  ipfs.up()
  peer = await startReady(newPeer())
})

afterEach(async () => {
  await peer.stop()
  await removeFolder(folder)
})

async function statusBecomes(n: number, status: string): Promise<void> {
  await until(`${n} is ${status}`, async () => (await peer.cluster.statusLocal(testCid(n))).status === status)
}

async function* files(content: Record<string, string>): AsyncIterable<AddEntry> {
  for (const [path, text] of Object.entries(content)) {
    const bytes = new TextEncoder().encode(text)
    yield {
      path,
      kind: 'file',
      content: (async function* () {
        yield bytes
      })()
    }
  }
}

async function add(content: Record<string, string>, params: Partial<AddParams>): Promise<AddedOutput[]> {
  return collect(peer.cluster.add(files(content), { ...defaultAddParams(), ...params }))
}

describe('a whole peer', () => {
  it('pins, keeps what it was told over a restart, and unpins', async () => {
    await peer.cluster.pin(testCid(1), { ...defaultPinOptions(), name: 'one' })
    await statusBecomes(1, 'pinned')
    await peer.stop()
    peer = await startReady(newPeer())
    expect(await peer.cluster.pinGet(testCid(1))).toMatchObject({ name: 'one', allocations: [], origins: [] })
    await statusBecomes(1, 'pinned')
    await peer.cluster.unpin(testCid(1))
    await statusBecomes(1, 'unpinned')
    await until('IPFS has it no more', () => ipfs.held.size === 0)
    expect(await collect(peer.cluster.pins())).toEqual([])
  })

  it('pins after a restart what it had acknowledged and not yet pinned', async () => {
    ipfs.immediate = false
    for (const n of [1, 2, 3]) await peer.cluster.pin(testCid(n), defaultPinOptions())
    await peer.stop()
    expect(ipfs.held.size).toBe(0)
    ipfs.immediate = true
    peer = await startReady(newPeer())
    for (const n of [1, 2, 3]) await statusBecomes(n, 'pinned')
  })

  it('tells of what happens', async () => {
    const heard: string[] = []
    peer.cluster.events.on('pin:put', ({ pin }) => heard.push(`put ${pin.name}`))
    peer.cluster.events.on('pin:delete', ({ cid }) => heard.push(`delete ${cid.equals(testCid(1))}`))
    peer.cluster.events.on('pin:status', ({ status }) => heard.push(status))
    await peer.cluster.pin(testCid(1), { ...defaultPinOptions(), name: 'one' })
    await statusBecomes(1, 'pinned')
    await peer.cluster.unpin(testCid(1))
    await until('all is told', () => heard.includes('unpinned'))
    expect(heard.sort()).toEqual(
      ['put one', 'pin_queued', 'pinning', 'pinned', 'delete true', 'unpin_queued', 'unpinning', 'unpinned'].sort()
    )
  })

  it('adds content, and pins its root on the peers that have it', async () => {
    await until('it has measured itself', () => peer.cluster.metricNames().length === 4)
    const outputs = await add({ 'd/a': 'hello', 'd/b': 'world' }, { replicationFactorMin: 1, replicationFactorMax: 1 })
    expect(outputs.map(({ name }) => name)).toEqual(['d/a', 'd/b', 'd'])
    expect(outputs.every(({ allocations }) => allocations.join() === PEER)).toBe(true)
    const root = outputs[2]!.cid!
    expect(await peer.cluster.pinGet(root)).toMatchObject({ allocations: [PEER], mode: 'recursive' })
    for (const { cid } of outputs) expect(ipfs.blocks.has(cid!.toString())).toBe(true)
  })

  it('adds to all peers by default, and without a pin if asked to', async () => {
    const [output] = await add({ a: 'hello' }, { local: true })
    expect(output?.allocations).toEqual([PEER])
    expect((await peer.cluster.pinGet(output!.cid!)).allocations).toEqual([])
    await add({ a: 'other' }, { noPin: true })
    expect(await peer.cluster.state.count()).toBe(1)
  })

  it('fails an add whose blocks go nowhere', async () => {
    ipfs.down = 'connection refused'
    await expect(add({ a: 'hello' }, {})).rejects.toThrow('failed to put block on all destinations')
    expect(await peer.cluster.state.count()).toBe(0)
  })

  it('forgets everything when it leaves', async () => {
    await peer.stop()
    peer = await startReady(newPeer({ leaveOnShutdown: true }))
    await peer.cluster.pin(testCid(1), defaultPinOptions())
    await peer.stop()
    expect(lines).toContain('leaving cluster: crdt consensus component cannot remove peers')
    peer = await startReady(newPeer())
    expect(await peer.cluster.state.count()).toBe(0)
  })

  it('starts without an IPFS node, and stops while it waits for one', async () => {
    await peer.stop()
    ipfs = new FakeIpfsNode()
    peer = newPeer()
    await peer.start()
    await peer.cluster.pin(testCid(1), defaultPinOptions())
    await until('it waits', () => lines.includes('Waiting for IPFS to be ready...'))
    expect(lines).not.toContain('** IPFS Cluster is READY **')
  })

  it('stops what it had started when one part does not start', async () => {
    const second = newPeer()
    await expect(second.start()).rejects.toMatchObject({ code: 'ERR_DATASTORE_LOCKED' })
    await peer.cluster.pin(testCid(1), defaultPinOptions())
  })
})
