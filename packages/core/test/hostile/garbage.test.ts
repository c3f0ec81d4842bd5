import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { attack } from './attack.ts'
import { bitswapAttack } from './attacks/bitswap.ts'
import { deltasAttack } from './attacks/deltas.ts'
import { identifyAttack, pingAttack, relayAttack } from './attacks/identify.ts'
import { kadAttack } from './attacks/kad.ts'
import { rpcAttack } from './attacks/rpc.ts'
import { muxerAttack, portAttack } from './attacks/transport.ts'
import { HostilePeer } from './hostile-peer.ts'
import { Victim } from './victim.ts'

/** Another one makes other inputs; it is part of the name of the test, and so of every failure. */
const SEED = 20_26
const COUNT = 200
const MIB = 1024 * 1024

let both: Victim
let hostile: HostilePeer

beforeAll(async () => {
  both = await Victim.start('honest')
  hostile = await HostilePeer.create(both.target)
})

afterAll(async () => {
  await hostile.stop()
  await both.stop()
})

it.each([
  portAttack,
  muxerAttack,
  rpcAttack,
  bitswapAttack,
  deltasAttack,
  kadAttack,
  identifyAttack,
  pingAttack,
  relayAttack
])(`$name: 200 hostile inputs of seed ${SEED} change nothing`, async ({ inputs }) => {
  const all = inputs(SEED, COUNT)
  expect(all.length).toBeGreaterThanOrEqual(COUNT)
  await both.remember()
  const before = process.memoryUsage().rss
  await attack(hostile, all, () => both.expectAlive())
  await both.expectUnharmed()
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * MIB)
})
