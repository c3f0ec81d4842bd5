import { join } from 'node:path'
import type { Peer } from '../../e2e/harness/peer.ts'
import { sizeOf } from '../lib/disk.ts'
import type { ImportedPeer } from '../lib/imported-peer.ts'
import { importedPeer, timeService } from '../lib/imported-peer.ts'
import { readLines } from '../lib/load.ts'
import { memory, peakMemory } from '../lib/process-cost.ts'
import type { Figure, Scenario, ScenarioContext } from '../lib/scenario.ts'
import { rested, settled } from '../lib/settled.ts'

const SIZES = { small: [2000], full: [20_000, 200_000], large: [1000, 20_000, 200_000, 1_000_000] }
const MIB = 1 << 20

/** A large pinset: imported, started with, listed, exported. All of it is pinned on the IPFS node of the peer. */
export const state: Scenario = importedPeer({ name: 'state', sizes: SIZES, isHeld: true, measure })

async function measure(
  { peer, folder, count, seconds }: ImportedPeer,
  { hasBatches: hasPages, scale }: ScenarioContext
): Promise<Figure[]> {
  const start = performance.now()
  await peer.start('rest')
  const started = performance.now() - start
  await settled(peer)
  const figures = [
    { name: 'import', value: count / seconds, unit: '1/s' },
    { name: 'start to REST', value: started / 1000, unit: 's' },
    ...(await measureLists(peer, count, hasPages)),
    ...memoryOf(peer, 'after the lists'),
    { name: 'peak memory', value: peakMemory(peer.daemon.pid), unit: 'MiB' }
  ]
  await rested(peer, scale)
  figures.push(...memoryOf(peer, 'at rest again'))
  await peer.stop()
  figures.push({ name: 'disk', value: sizeOf(join(folder, 'peer')) / MIB, unit: 'MiB' })
  const exported = await timeService(peer, ['state', 'export', '-f', join(folder, 'out.json')])
  figures.push({ name: 'export', value: count / exported, unit: '1/s' })
  return figures
}

async function measureLists(peer: Peer, count: number, hasPages: boolean): Promise<Figure[]> {
  const before = memory(peer.daemon.pid, 'RssAnon')
  let most = before
  const timer = setInterval(() => (most = Math.max(most, memory(peer.daemon.pid, 'RssAnon'))), 20)
  const allocations = await readLines(peer.restPort, '/allocations')
  clearInterval(timer)
  if (allocations.lines !== count) throw new Error(`${allocations.lines} pins were listed`)
  const local = await readLines(peer.restPort, '/pins?local=true')
  if (local.lines !== count) throw new Error(`the status of ${local.lines} pins was listed`)
  // The lists of a process that has made one: V8 has compiled what they need.
  const warm = {
    allocations: await readLines(peer.restPort, '/allocations'),
    local: await readLines(peer.restPort, '/pins?local=true')
  }
  const failed = await readLines(peer.restPort, '/pins?filter=error')
  const figures = [
    { name: 'GET /allocations', value: count / (allocations.last / 1000), unit: 'lines/s' },
    { name: 'its first line', value: allocations.first, unit: 'ms' },
    { name: 'memory more for it', value: most - before, unit: 'MiB' },
    { name: 'GET /allocations, again', value: count / (warm.allocations.last / 1000), unit: 'lines/s' },
    { name: 'GET /pins?local=true', value: count / (local.last / 1000), unit: 'lines/s' },
    { name: 'GET /pins?local=true, again', value: count / (warm.local.last / 1000), unit: 'lines/s' },
    { name: 'GET /pins?filter=error', value: failed.last, unit: 'ms' }
  ]
  if (!hasPages) return figures
  for (const [name, query] of [
    ['a page of 100', 'limit=100'],
    ['a page of the newest 100', 'limit=100&order=newest'],
    ['a search by name through all', `limit=100&name=pin+${count - 1}`]
  ]) {
    figures.push({
      name: name ?? '',
      value: (await readLines(peer.restPort, `/allocations?${query}`)).last,
      unit: 'ms'
    })
  }
  return figures
}

function memoryOf(peer: Peer, when: string): Figure[] {
  const { pid } = peer.daemon
  return [
    { name: `memory ${when}`, value: memory(pid), unit: 'MiB' },
    { name: `memory without mapped files ${when}`, value: memory(pid, 'RssAnon'), unit: 'MiB' }
  ]
}
