import { expect } from '@jest/globals'
import { attack, SEED } from './attack.ts'
import type { Attack } from './attack.ts'
import type { HostilePeer } from './hostile-peer.ts'
import type { Victim } from './victim.ts'

/** Inputs of an attack. */
const COUNT = 200

/** Bytes that the process of a test may grow by while it throws and takes them. */
const MAX_GROWTH = 400 * 1024 * 1024

/** Throws all inputs of an attack at a victim, which must be as it was before, and no larger than it may be. */
export async function expectNoHarm(victim: Victim, peer: HostilePeer, { inputs }: Attack): Promise<void> {
  const all = inputs(SEED, COUNT)
  expect(all.length).toBeGreaterThanOrEqual(COUNT)
  await victim.remember()
  const before = process.memoryUsage().rss
  await attack(peer, all, () => victim.expectAlive())
  await victim.expectUnharmed()
  expect(process.memoryUsage().rss - before).toBeLessThan(MAX_GROWTH)
}
