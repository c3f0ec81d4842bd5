import { setTimeout as sleep } from 'node:timers/promises'
import type { Peer } from '../../e2e/harness/peer.ts'
import { cpuSeconds } from './process-cost.ts'
import type { ScenarioContext } from './scenario.ts'

/** Share of a core that a peer may use and still be at rest. */
const REST = 0.05

/** Seconds of rest in a row. */
const CALM = 3

/** Milliseconds of rest after which a peer has given back the memory that it is going to, and does nothing but wait. */
const LONG_REST = 20_000

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

/** Waits until a peer has also done what it does once when it comes to rest. */
export async function rested(peer: Peer, scale: ScenarioContext['scale']): Promise<void> {
  await settled(peer)
  await sleep(scale === 'small' ? 0 : LONG_REST)
}
