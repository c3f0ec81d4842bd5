import { describe, expect, it } from '@jest/globals'
import { ProgressMeter } from '../../../src/consensus/crdt/progress.ts'
import { Heads } from '../../../src/consensus/crdt/heads.ts'
import { memoryLogger } from '../../helpers/memory-logger.ts'
import { chainOf } from '../../blocks/support.ts'

const chain = chainOf(1000)

function setUp(): {
  meter: ProgressMeter
  lines: string[]
  replica: { missing: Set<string>; heads: Heads; pins: number; mustRepair: boolean }
  pass: (ms: number) => void
} {
  const { logger, lines } = memoryLogger()
  const replica = { missing: new Set<string>(), heads: new Heads(), pins: 7, mustRepair: false }
  let now = 0
  const meter = new ProgressMeter({ replica, log: logger.forComponent('crdt'), now: () => now })
  return { meter, lines, replica, pass: (ms) => (now += ms) }
}

/** The head of the chain is there, and what it links is missing. */
function beginSync({ meter, replica }: ReturnType<typeof setUp>): void {
  const head = chain.at(-1)!
  meter.begin()
  replica.heads.set({ id: head.id, cid: head.cid, height: 1000 })
  replica.missing.add('next')
}

describe('ProgressMeter', () => {
  it('shows how far a walk is', () => {
    const all = setUp()
    const { meter, replica, pass } = all
    expect(meter.progress).toEqual({
      ...{ state: 'complete', height: 0, reached: 0, highestHeight: 0, merged: 0, missing: 0, rate: 0 }
    })
    beginSync(all)
    pass(2000)
    meter.merged(chain.slice(600))
    expect(meter.progress).toEqual({
      ...{ state: 'syncing', height: 0, reached: 601, highestHeight: 1000, merged: 400, missing: 1, rate: 200 }
    })
    replica.missing.clear()
    meter.merged(chain.slice(0, 600))
    meter.end()
    expect(meter.progress).toMatchObject({ state: 'complete', height: 1000, reached: 1000, missing: 0, rate: 0 })
  })

  it('says it now and then, and at the end', () => {
    const all = setUp()
    const { meter, lines, replica, pass } = all
    beginSync(all)
    for (let i = 999; i >= 0; i--) {
      pass(12)
      meter.merged([chain[i]!])
    }
    replica.missing.clear()
    meter.end()
    expect(lines).toEqual([
      'taking in changes of other peers: 417 so far, about 583 left (from height 1000 down to 584, 83/s)',
      'taking in changes of other peers: 834 so far, about 166 left (from height 1000 down to 167, 83/s)',
      'took in 1000 changes of other peers (83/s), nothing is missing: 7 pins, at height 1000'
    ])
  })

  it('says nothing of single changes', () => {
    const { meter, lines } = setUp()
    meter.begin()
    meter.merged(chain.slice(0, 1))
    meter.end()
    expect(lines).toEqual([])
  })

  it('shows that the store is looked over', async () => {
    const { meter } = setUp()
    await meter.whileRepairing(async () => expect(meter.progress.state).toBe('repairing'))
    expect(meter.progress.state).toBe('complete')
  })
})
