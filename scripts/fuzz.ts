/**
 * `npm run fuzz -- --minutes N [--seed S]`: throws hostile inputs at all protocols of a peer in this process, with a new
 * seed each round, and ends with 1 when the peer was harmed. The seed that is printed brings the same inputs again.
 */
import { parseArgs } from 'node:util'
import { attack } from '../packages/core/test/hostile/attack.ts'
import type { Attack } from '../packages/core/test/hostile/attack.ts'
import { MEMBER_ATTACKS, STRANGER_ATTACKS } from '../packages/core/test/hostile/attacks/index.ts'
import { HostilePeer } from '../packages/core/test/hostile/hostile-peer.ts'
import { Victim } from '../packages/core/test/hostile/victim.ts'

/** Inputs of each kind in a round. */
const COUNT = 400
const MIB = 1024 * 1024

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } })
const minutes = Number(values.minutes ?? 1)
let seed = Number(values.seed ?? Date.now() % 1_000_000)
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write('usage: npm run fuzz -- [--minutes N] [--seed S]\n')
  process.exit(2)
}

const victims = [
  { victim: await Victim.start('honest'), attacks: STRANGER_ATTACKS },
  { victim: await Victim.start('everybody'), attacks: MEMBER_ATTACKS }
]
// The time begins when there is somebody to attack, and is looked at after an attack: however slow the machine is, and
// however short the time, something was thrown.
const end = Date.now() + minutes * 60_000
let inputs = 0
let failure: unknown
try {
  for (const { victim, each } of everyAttack()) {
    inputs += await throwAll(victim, each)
    if (Date.now() >= end) break
  }
} catch (err) {
  failure = err
  process.stderr.write(`with seed ${seed}: ${err instanceof Error ? (err.stack ?? err.message) : String(err)}\n`)
}
await Promise.all(victims.map(({ victim }) => victim.stop()))
say(failure === undefined ? `unharmed by ${inputs} inputs` : 'harmed')
process.exit(failure === undefined ? 0 : 1)

/** All attacks upon all victims, without end: with the next seed when all have had their turn. */
function* everyAttack(): Generator<{ victim: Victim; each: Attack }> {
  for (; ; seed++) {
    for (const { victim, attacks } of victims) for (const each of attacks) yield { victim, each }
    const { rss, heapUsed } = process.memoryUsage()
    say(
      `seed ${seed}: ${inputs} inputs so far, ${Math.round(rss / MIB)} MiB resident, ${Math.round(heapUsed / MIB)} of heap`
    )
  }
}

/** @returns how many inputs were thrown, with no harm done. */
async function throwAll(victim: Victim, { name, inputs: make }: Attack): Promise<number> {
  const hostile = await HostilePeer.create(victim.target)
  try {
    await victim.remember()
    const all = make(seed, COUNT)
    await attack(hostile, all, () => victim.expectAlive())
    await victim.expectUnharmed()
    return all.length
  } catch (cause) {
    throw new Error(`harmed by: ${name}`, { cause })
  } finally {
    await hostile.stop()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
