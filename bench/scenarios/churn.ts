import type { Peer } from '../../e2e/harness/peer.ts'
import { cidTexts } from '../lib/cids.ts'
import { sizeOf } from '../lib/disk.ts'
import { readLines, sendAll } from '../lib/load.ts'
import { cpuSeconds, memory } from '../lib/process-cost.ts'
import { onePeer } from '../lib/one-peer.ts'
import type { Figure, Scenario, ScenarioContext } from '../lib/scenario.ts'

const CYCLES = { small: 400, full: 20_000, large: 1_000_000 }
const MIB = 1 << 20

/** Different pins; each is made and taken back again and again. */
const PINS = 1000

/** Pins that come and go, of which a CRDT remembers every one: what is left of them on the disk and in memory. */
export const churn: Scenario = onePeer('churn', measure)

async function measure(peer: Peer, { scale }: ScenarioContext, folder: string): Promise<Figure[]> {
  const cycles = CYCLES[scale]
  const paths = Array.from(cidTexts('churn', Math.min(PINS, cycles)), (cid) => `/pins/${cid}`)
  const before = sizeOf(folder)
  const rounds = Math.ceil(cycles / paths.length)
  const tenth = Math.ceil(rounds / 10)
  /** Processor time when so many rounds are over, in seconds. */
  const cpu = [cpuSeconds(peer.daemon.pid)]
  const start = performance.now()
  for (let round = 0; round < rounds; round++) {
    await sendAll(peer.restPort, 'POST', paths, 32)
    await sendAll(peer.restPort, 'DELETE', paths, 32)
    cpu.push(cpuSeconds(peer.daemon.pid))
  }
  const cpuOf = (from: number, to: number): number =>
    (((cpu[to] ?? NaN) - (cpu[from] ?? NaN)) * 1000) / (2 * paths.length * (to - from))
  const seconds = (performance.now() - start) / 1000
  await sendAll(peer.restPort, 'POST', paths, 32)
  const list = await readLines(peer.restPort, '/allocations')
  if (list.lines !== paths.length) throw new Error(`${list.lines} pins were listed`)
  const held = memory(peer.daemon.pid, 'RssAnon')
  await peer.stop()
  const disk = sizeOf(folder) - before
  const restart = performance.now()
  await peer.start('rest')
  const started = performance.now() - restart
  const of = `${cycles} pins made and taken back`
  return [
    { name: of, value: (2 * cycles) / seconds, unit: '1/s' },
    { name: `${of}: CPU for each request in the first tenth`, value: cpuOf(0, tenth), unit: 'ms' },
    { name: `${of}: CPU for each request in the last tenth`, value: cpuOf(rounds - tenth, rounds), unit: 'ms' },
    { name: `${of}: disk`, value: disk / MIB, unit: 'MiB' },
    { name: `${of}: disk for each`, value: disk / cycles, unit: 'bytes' },
    { name: `${of}: memory without mapped files`, value: held, unit: 'MiB' },
    { name: `${of}: a list of the ${paths.length} that are left`, value: list.last, unit: 'ms' },
    { name: `${of}: start to REST`, value: started / 1000, unit: 's' }
  ]
}
