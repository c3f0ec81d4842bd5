import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyPin, peerIdFromBytes } from '@ipfs-cluster/api'
import { crdt } from '@ipfs-cluster/core/consensus/crdt'
import { encodePin, pinKey } from '@ipfs-cluster/core/codec'
import { levelDatastore } from '@ipfs-cluster/core/datastore'
import type { StoredPin } from '@ipfs-cluster/core/state'
import { nullLogger, startAll, stopAll } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { Peer } from '../../e2e/harness/peer.ts'
import { startMockIpfs } from '../lib/mock-ipfs.ts'
import type { Figure, Scenario } from '../lib/scenario.ts'

/** A large pinset, listed over the REST API; and many pins in one request. */
export const lists: Scenario = {
  name: 'lists',
  async run(context) {
    const count = context.scale === 'small' ? 20_000 : 1_000_000
    const folder = mkdtempSync(join(tmpdir(), 'bench-lists-'))
    const ipfs = await startMockIpfs()
    const env = { CLUSTER_DISABLEREPINNING: 'true' }
    const peer = await Peer.init({ folder, bins: context.bins, ipfsPort: ipfs.port, env })
    try {
      await fill(join(folder, 'peer', 'leveldb'), peer.id, count)
      await peer.start()
      // The first listing of a process also warms it up.
      await list(peer, '/allocations?limit=1000')
      await settled(peer)
      const before = memory(peer)
      const whole = await list(peer, '/allocations')
      if (whole.lines !== count) throw new Error(`${whole.lines} pins were listed`)
      const page = await list(peer, '/allocations?limit=100')
      const newest = await list(peer, '/allocations?limit=100&order=newest')
      const search = await list(peer, `/allocations?limit=100&name=pin+${count - 1}`)
      return [
        { name: `${count} allocations: first line`, value: whole.first, unit: 'ms' },
        { name: `${count} allocations: all lines`, value: whole.last / 1000, unit: 's' },
        { name: 'memory more while listing', value: whole.memory - before, unit: 'MiB' },
        { name: 'a page of 100', value: page.last, unit: 'ms' },
        { name: 'a page of the newest 100', value: newest.last, unit: 'ms' },
        { name: 'a search by name through all', value: search.last, unit: 'ms' },
        await batch(peer, context.scale === 'small' ? 2000 : 50_000)
      ]
    } finally {
      if (peer.running) await peer.stop()
      await ipfs.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Pins of some other peer, so that there is nothing to be done about them here. */
async function fill(location: string, peerId: string, count: number): Promise<void> {
  const other = peerIdFromBytes(Buffer.concat([Buffer.from([0x00, 0x24, 0x08, 0x01, 0x12, 0x20]), randomBytes(32)]))
  const hooks = { onPut: (): void => {}, onDelete: (): void => {} }
  const datastore = levelDatastore({ location })
  const consensus = crdt({ trustedPeers: ['*'] })({ peerId, datastore, hooks, logger: nullLogger })
  async function* pins(): AsyncGenerator<StoredPin[]> {
    for (let i = 0; i < count; i++) {
      const factors = { replicationFactorMin: 1, replicationFactorMax: 1 }
      const pin = { ...emptyPin(cidOf(`list-${i}`)), ...factors, name: `pin ${i}`, allocations: [other] }
      yield [{ key: pinKey(pin.cid), value: encodePin(pin) }]
    }
  }
  await startAll([datastore])
  await consensus.replaceAll(pins())
  await stopAll([datastore])
}

interface Listing {
  lines: number
  /** Milliseconds to the first line, and to the last. */
  first: number
  last: number
  /** Most memory of the daemon meanwhile. */
  memory: number
}

async function list(peer: Peer, path: string): Promise<Listing> {
  const start = performance.now()
  const listing: Listing = { lines: 0, first: 0, last: 0, memory: memory(peer) }
  const timer = setInterval(() => (listing.memory = Math.max(listing.memory, memory(peer))), 20)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port: peer.restPort, path }, resolve).once('error', reject)
  })
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (listing.lines === 0) listing.first = performance.now() - start
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) listing.lines++
  }
  clearInterval(timer)
  listing.last = performance.now() - start
  return listing
}

async function batch(peer: Peer, count: number): Promise<Figure> {
  const start = performance.now()
  const results = await new Promise<number>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: peer.restPort, path: '/pins/batch', method: 'POST' }, (answer) => {
      let pinned = 0
      answer.on('data', (chunk: Buffer) => (pinned += chunk.toString('latin1').split('"pin":').length - 1))
      answer.once('end', () => resolve(pinned))
    })
    sent.once('error', reject)
    for (let i = 0; i < count; i++) sent.write(`{"cid":"${cidOf(`batch-${i}`).toString()}"}\n`)
    sent.end()
  })
  // A word that a chunk border cuts in two is not counted; that many are not.
  if (results < count * 0.99) throw new Error(`only ${results} of ${count} pins were made`)
  return { name: 'pins/s, one batch', value: count / ((performance.now() - start) / 1000), unit: '1/s' }
}

/** Waits until the daemon holds the same memory for a while. */
async function settled(peer: Peer): Promise<void> {
  let before = 0
  for (let calm = 0; calm < 5;) {
    const now = memory(peer)
    calm = Math.abs(now - before) < 1 ? calm + 1 : 0
    before = now
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** MiB that the daemon holds, without the files that it has mapped. Linux tells; elsewhere it is 0. */
function memory(peer: Peer): number {
  try {
    const status = readFileSync(`/proc/${peer.daemon.pid}/status`, 'utf8')
    return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

function cidOf(text: string): CID {
  return CID.createV1(0x55, create(0x12, createHash('sha256').update(text).digest()))
}
