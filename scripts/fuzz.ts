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

const end = Date.now() + minutes * 60_000
const victims = [
  { both: await Victim.start('honest'), attacks: STRANGER_ATTACKS },
  { both: await Victim.start('everybody'), attacks: MEMBER_ATTACKS }
]
let inputs = 0
let failure: unknown
try {
  for (; Date.now() < end; seed++) {
    for (const { both, attacks } of victims) {
      for (const each of attacks) if (Date.now() < end) await round(both, each)
    }
    const { rss, heapUsed } = process.memoryUsage()
    say(
      `seed ${seed}: ${inputs} inputs so far, ${Math.round(rss / MIB)} MiB resident, ${Math.round(heapUsed / MIB)} of heap`
    )
  }
} catch (err) {
  failure = err
  process.stderr.write(`with seed ${seed}: ${err instanceof Error ? (err.stack ?? err.message) : String(err)}\n`)
}
await Promise.all(victims.map(({ both }) => both.stop()))
say(failure === undefined ? `unharmed by ${inputs} inputs` : 'harmed')
process.exit(failure === undefined ? 0 : 1)

async function round(both: Victim, { name, inputs: make }: Attack): Promise<void> {
  const hostile = await HostilePeer.create(both.target)
  try {
    await both.remember()
    const all = make(seed, COUNT)
    await attack(hostile, all, () => both.expectAlive())
    await both.expectUnharmed()
    inputs += all.length
  } catch (cause) {
    throw new Error(`harmed by: ${name}`, { cause })
  } finally {
    await hostile.stop()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
