import { beforeEach, describe, expect, it } from '@jest/globals'
import { Presence } from '../../src/repair/presence.ts'
import { Repairer } from '../../src/repair/repairer.ts'
import { PEERS, Simulation } from './simulation.ts'

const [A, B, C] = PEERS

let cluster: Simulation
let repairer: Repairer
/** For each pin that was put here, whether somebody had to see to it then. */
let concerns: boolean[]

/** B looks after the pins of A, which is gone; C is there as well. */
beforeEach(() => {
  cluster = new Simulation()
  cluster.isFast = false
  concerns = []
  const presence = new Presence({ after: 0, unheardAfter: 0 }, () => 'none')
  presence.update(B, [A, C], 0)
  presence.update(B, [C], 0)
  const { consensus, ...others } = cluster.componentsOf(B)
  const logPin: typeof consensus.logPin = async (pin) => {
    await consensus.logPin(pin)
    concerns.push(repairer.concerns(pin))
  }
  const components = { ...others, presence, consensus: { ...consensus, logPin } }
  repairer = new Repairer(components, { disableRepinning: false })
  repairer.share([B])
})

async function* noPins(): AsyncGenerator<never> {}

describe('pins that wait for their content', () => {
  it('are looked at seldomer and seldomer, and soon when something has happened', async () => {
    cluster.pin(1, [A, B], { replicationFactorMax: 2 })
    await repairer.walk(cluster.state.list())
    expect(repairer.progress()).toMatchObject({ placed: 1, waiting: 1 })
    const asked = async (looks: number): Promise<number> => {
      const before = cluster.asked.length
      for (let i = 0; i < looks; i++) await repairer.recheck()
      return cluster.asked.length - before
    }
    expect(await asked(3)).toBe(2)
    expect(await asked(100)).toBeLessThan(10)
    await repairer.walk(noPins())
    expect(await asked(1)).toBe(1)
  })

  it('are not also looked at by a walk, nor called for one by being given to another peer', async () => {
    const cids = cluster.pin(20, [A, B], { replicationFactorMax: 2 })
    await repairer.walk(cluster.state.list())
    for (const cid of cids) cluster.give(C, cid)
    await Promise.all([repairer.recheck(), repairer.walk(cluster.state.list())])
    expect(repairer.progress()).toMatchObject({ placed: 20, trimmed: 20, waiting: 0 })
    expect(await cluster.settled(cids, 2)).toBe(true)
    expect(cluster.writes).toBe(40)
    expect(concerns).toEqual(Array.from({ length: 40 }, () => false))
  })
})
