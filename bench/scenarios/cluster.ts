import { setTimeout as sleep } from 'node:timers/promises'
import { TestCluster } from '../../e2e/harness/cluster.ts'
import type { MockIpfs } from '../../e2e/harness/mock-ipfs.ts'
import { startMockIpfs } from '../../e2e/harness/mock-ipfs.ts'
import type { Peer } from '../../e2e/harness/peer.ts'
import { cidTexts } from '../lib/cids.ts'
import { sendAll, readLines } from '../lib/load.ts'
import { cpuSeconds } from '../lib/process-cost.ts'
import type { Figure, Scenario, ScenarioContext } from '../lib/scenario.ts'
import { median } from '../lib/statistics.ts'

/** Milliseconds after which pins that have not arrived are given up: a Go peer may take two minutes. */
const PATIENCE = 300_000

/** Pins that go to every peer, and the status of all of them. */
export const cluster: Scenario = {
  name: 'cluster',
  async run(context) {
    const figures: Figure[] = []
    for (const size of context.scale === 'large' ? [1, 3, 9] : [3]) figures.push(...(await withPeers(size, context)))
    return figures
  }
}

async function withPeers(size: number, context: ScenarioContext): Promise<Figure[]> {
  // The intervals that a user has who changes nothing.
  await using peers = new TestCluster({ intervals: 'default', ...(context.env && { env: context.env }) })
  const nodes: MockIpfs[] = []
  try {
    for (let i = 0; i < size; i++) {
      const node = await startMockIpfs()
      nodes.push(node)
      await peers.add(context.bins, { ipfsPort: node.port, init: [] })
    }
    await peers.settled()
    const figures = await measure(peers.peers, nodes, context)
    // A peer that is killed leaves no profile.
    await Promise.all(peers.peers.map((peer) => peer.stop()))
    return figures
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

async function measure(
  peers: readonly Peer[],
  nodes: readonly MockIpfs[],
  { scale }: ScenarioContext
): Promise<Figure[]> {
  const [first] = peers
  if (first === undefined) throw new RangeError('a cluster has a peer')
  const count = scale === 'small' ? 200 : 1000
  const lone = scale === 'small' ? 5 : 25
  /** @returns the milliseconds until all IPFS nodes have the pins: from the first request, and from the last answer */
  const spread = async (label: string, pins: number, clients: number): Promise<{ all: number; after: number }> => {
    const wanted = nodes.map((node) => node.pinned + pins)
    const start = performance.now()
    await sendAll(
      first.restPort,
      'POST',
      Array.from(cidTexts(label, pins), (cid) => `/pins/${cid}`),
      clients
    )
    const answered = performance.now()
    while (!nodes.every((node, i) => node.pinned >= (wanted[i] ?? 0))) {
      if (performance.now() - start > PATIENCE) return { all: NaN, after: NaN }
      await sleep(1)
    }
    return { all: performance.now() - start, after: performance.now() - answered }
  }
  await spread('warm-up', 50, 4)
  const before = peers.map((peer) => cpuSeconds(peer.daemon.pid))
  const { all, after } = await spread('all', count, 32)
  const cpu = peers.reduce((sum, peer, i) => sum + cpuSeconds(peer.daemon.pid) - (before[i] ?? 0), 0)
  const waits: number[] = []
  for (let i = 0; i < lone; i++) waits.push((await spread(`lone-${i}`, 1, 1)).all)
  const status = await readLines(first.restPort, '/pins')
  const of = `${peers.length} peers`
  return [
    { name: `${count} pins on all of ${of}`, value: all / 1000, unit: 's' },
    { name: `${count} pins on all of ${of}, after the last answer`, value: after / 1000, unit: 's' },
    { name: `CPU of ${of} for a pin`, value: (cpu * 1000) / count, unit: 'ms' },
    { name: `a lone pin on all of ${of}`, value: median(waits), unit: 'ms' },
    { name: `GET /pins of ${of}`, value: status.lines / (status.last / 1000), unit: 'lines/s' }
  ]
}
