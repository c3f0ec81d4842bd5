import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { TestCluster } from '../../e2e/harness/cluster.ts'
import { temporaryFolder } from '../../e2e/harness/folder.ts'
import type { MockIpfs } from '../../e2e/harness/mock-ipfs.ts'
import { startMockIpfs } from '../../e2e/harness/mock-ipfs.ts'
import type { Peer } from '../../e2e/harness/peer.ts'
import { cidTexts } from '../lib/cids.ts'
import { exportLines } from '../lib/export-lines.ts'
import { readLines } from '../lib/load.ts'
import { cpuSeconds, peakMemory } from '../lib/process-cost.ts'
import type { Figure, Scenario, ScenarioContext } from '../lib/scenario.ts'
import { settled } from '../lib/settled.ts'
import { median } from '../lib/statistics.ts'

const PINS = { small: [500], full: [20_000], large: [20_000, 200_000] }

/** Milliseconds for which a peer is watched that does nothing. */
const REST = 5000

/** Listings that are measured, after one that is not. */
const ROUNDS = 5

/** The status of a large pinset that several peers hold: each has it from a file, and all of it on its IPFS node. */
export const status: Scenario = {
  name: 'status',
  async run(context) {
    const figures: Figure[] = []
    for (const size of context.scale === 'large' ? [1, 3, 9] : [3]) {
      for (const count of PINS[context.scale]) {
        for (const figure of await withPeers(size, count, context)) {
          figures.push({ ...figure, name: `${count} pins on ${size} peers: ${figure.name}` })
        }
      }
    }
    return figures
  }
}

async function withPeers(size: number, count: number, { bins, env }: ScenarioContext): Promise<Figure[]> {
  using folder = temporaryFolder()
  const file = join(folder.path, 'export.json')
  await pipeline(Readable.from(exportLines('status', count)), createWriteStream(file))
  await using cluster = new TestCluster({ intervals: 'default', ...(env && { env }) })
  const nodes: MockIpfs[] = []
  try {
    for (let i = 0; i < size; i++) {
      const node = await startMockIpfs()
      nodes.push(node)
      node.hold(cidTexts('status', count))
      const peer = await cluster.make(bins, { ipfsPort: node.port })
      const { code, stderr } = await peer.service(['state', 'import', '-f', file])
      if (code !== 0) throw new Error(`state import failed:\n${stderr}`)
      await cluster.join(peer)
    }
    await cluster.settled()
    await Promise.all(cluster.peers.map(settled))
    const figures = await measure(cluster.peers, count)
    // A peer that is killed leaves no profile.
    await Promise.all(cluster.peers.map((peer) => peer.stop()))
    return figures
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

async function measure(peers: readonly Peer[], count: number): Promise<Figure[]> {
  const [first, ...others] = peers
  if (first === undefined) throw new RangeError('a cluster has a peer')
  await readAll(first, '/pins', count)
  const cpu = (peer: Peer): number => cpuSeconds(peer.daemon.pid)
  const calm = cpu(first)
  await sleep(REST)
  const atRest = (cpu(first) - calm) / (REST / 1000)
  const before = peers.map(cpu)
  const all = await rounds(first, '/pins', count)
  const [asking = 0, ...asked] = peers.map((peer, i) => cpu(peer) - (before[i] ?? 0))
  const microseconds = (seconds: number): number => (seconds * 1e6) / (ROUNDS * count)
  const figures = [
    { name: 'GET /pins', value: all, unit: 'lines/s' },
    { name: 'CPU of the peer that is asked for a line', value: microseconds(asking), unit: 'µs' },
    { name: 'GET /pins?local=true', value: await rounds(first, '/pins?local=true', count), unit: 'lines/s' },
    { name: 'CPU at rest', value: atRest * 100, unit: '%' },
    { name: 'peak memory', value: peakMemory(first.daemon.pid), unit: 'MiB' }
  ]
  if (others.length === 0) return figures
  const ofAnother = microseconds(asked.reduce((sum, each) => sum + each, 0)) / others.length
  return [...figures, { name: 'CPU of another peer for a line', value: ofAnother, unit: 'µs' }]
}

/** @returns the lines a second of the round in the middle */
async function rounds(peer: Peer, path: string, count: number): Promise<number> {
  const seconds: number[] = []
  for (let i = 0; i < ROUNDS; i++) seconds.push(await readAll(peer, path, count))
  return count / median(seconds)
}

/** @returns the seconds that it takes */
async function readAll(peer: Peer, path: string, count: number): Promise<number> {
  const { lines, last } = await readLines(peer.restPort, path)
  if (lines !== count) throw new Error(`${path} has ${lines} lines, not ${count}`)
  return last / 1000
}
