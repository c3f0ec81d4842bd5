import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Pin } from '@ipfs-cluster/api'
import { Presence } from '../../src/repair/presence.ts'
import { Repairer } from '../../src/repair/repairer.ts'
import { PEERS, Simulation } from './simulation.ts'

const [A, B, C, D] = PEERS

let cluster: Simulation
let repairer: Repairer
/** For each pin that was put here, whether somebody had to see to it then. */
let concerns: boolean[]
/** What happens while it is looked for peers that can take a pin, and while what was decided waits to be written. */
let meanwhile: () => void
let beforeWrite: () => void

/** B looks after the pins of A, which is gone; C is there as well. */
beforeEach(() => {
  cluster = new Simulation()
  cluster.isFast = false
  concerns = []
  meanwhile = () => {}
  beforeWrite = () => {}
  const presence = new Presence({ after: 0, unheardAfter: 0 }, () => 'none')
  presence.update(B, [A, C], 0)
  presence.update(B, [C], 0)
  const { consensus, ...others } = cluster.componentsOf(B)
  const logPin: typeof consensus.logPin = async (pin, options) => {
    beforeWrite()
    await consensus.logPin(pin, options)
    concerns.push(repairer.concerns(pin))
  }
  const { allocate } = others.allocator
  const allocator: typeof others.allocator = {
    allocate: async (request, options) => {
      meanwhile()
      return allocate(request, options)
    }
  }
  const components = { ...others, allocator, presence, consensus: { ...consensus, logPin } }
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

describe('a pin that is changed while it is seen to', () => {
  const change = (pin: Pin | undefined, fields: Partial<Pin>): void => {
    if (pin === undefined) throw new Error('the pin is gone')
    const changed = { ...pin, ...fields }
    meanwhile = () => {
      meanwhile = () => {}
      cluster.state.put(changed)
      concerns.push(repairer.concerns(changed))
    }
  }

  it('keeps what it was given, besides the peers that it lacked', async () => {
    const [cid] = cluster.pin(1, [A, B])
    change(await cluster.state.get(cid!), { name: 'new' })
    await repairer.walk(cluster.state.list())
    expect(await cluster.state.get(cid!)).toMatchObject({ name: 'new', allocations: [B, C, D, A] })
  })

  it('keeps what it was given while the change for it waits to be written, and is seen to again', async () => {
    const [cid] = cluster.pin(1, [A, B])
    const pin = await cluster.state.get(cid!)
    beforeWrite = () => {
      beforeWrite = () => {}
      cluster.state.put({ ...pin!, name: 'new' })
    }
    await repairer.walk(cluster.state.list())
    expect(await cluster.state.get(cid!)).toMatchObject({ name: 'new', allocations: [A, B] })
    await repairer.recheck()
    expect(await cluster.state.get(cid!)).toMatchObject({ name: 'new', allocations: [B, C, D, A] })
  })

  it('stays away when it was taken out', async () => {
    const [cid] = cluster.pin(1, [A, B])
    meanwhile = () => cluster.state.delete(cid!)
    await repairer.walk(cluster.state.list())
    expect(repairer.progress()).toMatchObject({ placed: 0, waiting: 1 })
    await repairer.recheck()
    expect(repairer.progress()).toMatchObject({ waiting: 0 })
    expect(await cluster.state.has(cid!)).toBe(false)
  })

  it('is seen to again soon when it has other peers now', async () => {
    const [cid] = cluster.pin(1, [A, B])
    change(await cluster.state.get(cid!), { allocations: [A, C] })
    await repairer.walk(cluster.state.list())
    expect(await cluster.allocations(cid!)).toEqual([A, C])
    expect([cluster.writes, concerns]).toEqual([0, [false]])
    await repairer.recheck()
    expect((await cluster.allocations(cid!)).filter((peer) => peer !== A).length).toBeGreaterThan(1)
  })
})
