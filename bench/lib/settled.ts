import { setTimeout as sleep } from 'node:timers/promises'
import type { Peer } from '../../e2e/harness/peer.ts'
import { cpuSeconds } from './process-cost.ts'

/** Share of a core that a peer may use and still be at rest. */
const REST = 0.05

/** Seconds of rest in a row. */
const CALM = 3

/** Waits until a peer has done what it had to do, but no longer than some minutes. */
export async function settled(peer: Peer): Promise<void> {
  let before = cpuSeconds(peer.daemon.pid)
  for (let calm = 0, seconds = 0; calm < CALM && seconds < 300; seconds++) {
    await sleep(1000)
    const now = cpuSeconds(peer.daemon.pid)
    calm = now - before < REST ? calm + 1 : 0
    before = now
  }
}
