import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { RPC_PROTOCOL } from '../../src/rpc/defaults.ts'
import { SEED } from './attack.ts'
import { STRANGER_ATTACKS } from './attacks/index.ts'
import { header, METHODS } from './attacks/rpc.ts'
import { HostilePeer } from './hostile-peer.ts'
import { expectNoHarm } from './no-harm.ts'
import { Victim } from './victim.ts'

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
  (attack) => expectNoHarm(both, hostile, attack),
  TIMEOUT
)

it.each(METHODS.filter(({ policy }) => policy !== 'open'))(
  'a stranger may not call $service $method',
  async ({ service, method }) => {
    const answer = await hostile.ask(RPC_PROTOCOL, header(service, method))
    expect(Buffer.from(answer).toString('latin1')).toContain('client does not have permissions to call')
  }
)
