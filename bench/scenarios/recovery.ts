import { setTimeout as sleep } from 'node:timers/promises'
import { importedPeer } from '../lib/imported-peer.ts'
import type { ImportedPeer } from '../lib/imported-peer.ts'
import { readLines } from '../lib/load.ts'
import { cpuSeconds } from '../lib/process-cost.ts'
import type { Figure, Scenario } from '../lib/scenario.ts'

const SIZES = { small: [1000], full: [20_000], large: [20_000, 200_000] }

/** After so long a peer that has not pinned what it lacks will not. */
const PATIENCE = 900_000

/** A peer whose IPFS node holds nothing of the pinset, and which is asked for lists while it pins all of it. */
export const recovery: Scenario = importedPeer({ name: 'recovery', sizes: SIZES, isHeld: false, measure })

async function measure({ peer, ipfs, count }: ImportedPeer): Promise<Figure[]> {
  await peer.start('rest')
  const start = performance.now()
  const allocations = await readLines(peer.restPort, '/allocations')
  const local = await readLines(peer.restPort, '/pins?local=true')
  for (const { lines } of [allocations, local]) if (lines !== count) throw new Error(`${lines} pins were listed`)
  while (ipfs.pinned < count) {
    if (performance.now() - start > PATIENCE) throw new Error(`${ipfs.pinned} of ${count} pins are pinned`)
    await sleep(20)
  }
  return [
    { name: 'GET /allocations of a peer that pins them', value: count / (allocations.last / 1000), unit: 'lines/s' },
    { name: 'its first line', value: allocations.first, unit: 'ms' },
    { name: 'GET /pins?local=true of it', value: count / (local.last / 1000), unit: 'lines/s' },
    { name: 'pinned on its IPFS node', value: count / ((performance.now() - start) / 1000), unit: '1/s' },
    { name: 'CPU of the peer from its start, a pin', value: (cpuSeconds(peer.daemon.pid) * 1000) / count, unit: 'ms' }
  ]
}
