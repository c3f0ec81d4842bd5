import { afterAll, beforeAll, it } from '@jest/globals'
import { SEED } from './attack.ts'
import { ABSURD_HEIGHTS, tellOf } from './attacks/delta-blocks.ts'
import { MEMBER_ATTACKS } from './attacks/index.ts'
import { dagBlock, numberField } from './bytes.ts'
import { HostilePeer } from './hostile-peer.ts'
import { expectNoHarm } from './no-harm.ts'
import { Victim } from './victim.ts'

let both: Victim
let hostile: HostilePeer

beforeAll(async () => {
  both = await Victim.start('everybody')
  hostile = await HostilePeer.create(both.target)
})

afterAll(async () => {
  await hostile.stop()
  await both.stop()
})

it.each(MEMBER_ATTACKS)(
  `$name: 200 hostile inputs of seed ${SEED} from a peer that is believed change nothing`,
  (attack) => expectNoHarm(both, hostile, attack),
  120_000
)

it('a peer that claims a height beyond all bounds does not end the counting', async () => {
  await both.remember()
  for (const height of ABSURD_HEIGHTS) await tellOf(hostile, dagBlock(numberField(3, height)).bytes)
  await both.expectUnharmed()
})
