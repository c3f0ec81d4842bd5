import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { RPC_PROTOCOL } from '../../src/rpc/defaults.ts'
import { attack } from './attack.ts'
import { STRANGER_ATTACKS } from './attacks/index.ts'
import { header, METHODS } from './attacks/rpc.ts'
import { HostilePeer } from './hostile-peer.ts'
import { Victim } from './victim.ts'

/** Another one makes other inputs; it is part of the name of the test, and so of every failure. */
const SEED = 20_26
const COUNT = 200
const MIB = 1024 * 1024

/** Milliseconds: some seconds, and much more on a machine that is busy. */
const TIMEOUT = 120_000

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

it.each(STRANGER_ATTACKS)(
  `$name: 200 hostile inputs of seed ${SEED} change nothing`,
  async ({ inputs }) => {
    const all = inputs(SEED, COUNT)
    expect(all.length).toBeGreaterThanOrEqual(COUNT)
    await both.remember()
    const before = process.memoryUsage().rss
    await attack(hostile, all, () => both.expectAlive())
    await both.expectUnharmed()
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MIB)
  },
  TIMEOUT
)

it.each(METHODS.filter(({ policy }) => policy !== 'open'))(
  'a stranger may not call $service $method',
  async ({ service, method }) => {
    const answer = await hostile.ask(RPC_PROTOCOL, header(service, method))
    expect(Buffer.from(answer).toString('latin1')).toContain('client does not have permissions to call')
  }
)
