import { afterEach, describe, expect, it } from '@jest/globals'
import { PEERS, Simulation } from './simulation.ts'
import { until } from '../helpers/until.ts'

const [A, B, C, D, E] = PEERS

let cluster: Simulation

afterEach(async () => {
  await cluster.stop()
})

describe('when peers go', () => {
  it('their pins have all copies again, also when several go at the same moment', async () => {
    cluster = new Simulation()
    const cids = [...cluster.pin(20, [A, B, C]), ...cluster.pin(20, [B, C, D])]
    await cluster.start()
    await cluster.kill(B, C)
    await until('all pins have three copies', () => cluster.settled(cids, 3))
    expect(cluster.fewest).toBeGreaterThanOrEqual(1)
  })

  it('a peer that starts after they went finishes the work', async () => {
    cluster = new Simulation()
    const cids = cluster.pin(20, [A, B])
    await cluster.kill(A, E)
    await cluster.start([B, C, D])
    await until('all pins have three copies', () => cluster.settled(cids, 3))
  })

  it('nothing happens before the time of grace is over, nor when they come back within it', async () => {
    cluster = new Simulation({ repair: { after: 400 } })
    const [cid] = cluster.pin(1, [A, B])
    await cluster.start()
    await cluster.kill(A)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(cluster.writes).toBe(0)
    await cluster.startOne(A)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(cluster.writes).toBe(0)
    expect(await cluster.allocations(cid!)).toEqual([A, B])
  })

  it('who was given a pin is asked for its content, and the others only when it has it', async () => {
    cluster = new Simulation()
    cluster.isFast = false
    const [cid] = cluster.pin(1, [A, B, C], { replicationFactorMin: 3 })
    await cluster.start()
    await cluster.kill(A)
    await until('the new one was asked', () => cluster.asked.length >= 3)
    expect(new Set(cluster.asked)).toEqual(new Set([D]))
    cluster.give(D, cid!)
    await until('who is gone is off the list', async () => (await cluster.allocations(cid!)).length === 3)
    expect(new Set(cluster.asked)).toEqual(new Set([B, C, D]))
  })

  it('nothing happens where repinning is disabled', async () => {
    cluster = new Simulation({ disableRepinning: true })
    cluster.pin(5, [A, B])
    await cluster.start()
    await cluster.kill(A, B)
    await until('they are gone', () => cluster.of(C).progress().gone.length === 2)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(cluster.writes).toBe(0)
  })

  it('the last holder stays on the list, and is what the others get the content from when it is back', async () => {
    cluster = new Simulation()
    const [cid] = cluster.pin(1, [A], { replicationFactorMin: 1, replicationFactorMax: 1 })
    await cluster.start()
    await cluster.kill(A)
    await until('another peer is to have it', async () => (await cluster.allocations(cid!)).length === 2)
    expect(await cluster.allocations(cid!)).toEqual([B, A])
    expect(cluster.of(B).progress().waiting + cluster.of(C).progress().waiting).toBeGreaterThanOrEqual(0)
    await cluster.startOne(A)
    await until('the one copy that there is stays', async () => (await cluster.allocations(cid!)).join() === A)
    expect(cluster.holders(cid!)).toEqual([A])
  })

  it('a peer that is back and has seen to its pin by itself is not taken for gone once more', async () => {
    cluster = new Simulation()
    const [cid] = cluster.pin(1, [A], { replicationFactorMin: 1, replicationFactorMax: 1 })
    const pin = (await cluster.state.get(cid!))!
    await cluster.start([B, C, D, E])
    for (let round = 0; round < 10; round++) {
      await cluster.kill(A)
      await until('another peer is to have it', async () => (await cluster.allocations(cid!)).length === 2)
      cluster.alive.add(A)
      cluster.state.put(pin)
      const { writes } = cluster
      await until('all have noticed', () => [B, C, D, E].every((peer) => cluster.of(peer).progress().gone.length === 0))
      expect([cluster.writes, await cluster.allocations(cid!)]).toEqual([writes, [A]])
    }
  })

  it('those that return make copies superfluous, and who has the content keeps it', async () => {
    cluster = new Simulation()
    cluster.isFast = false
    const [cid] = cluster.pin(1, [A, B, C])
    await cluster.start()
    await cluster.kill(A, B)
    await until('others are to have it', async () => (await cluster.allocations(cid!)).length === 5)
    await cluster.startOne(A)
    await cluster.startOne(B)
    await until('three are left', async () => (await cluster.allocations(cid!)).length === 3)
    expect((await cluster.allocations(cid!)).sort()).toEqual([A, B, C].sort())
    expect(cluster.holders(cid!).sort()).toEqual([A, B, C].sort())
  })

  it('says how far it is, and what cannot be done', async () => {
    cluster = new Simulation()
    cluster.pin(1, [A, B, C], { replicationFactorMin: 4, replicationFactorMax: 4 })
    await cluster.kill(A, D, E)
    await cluster.start([B, C])
    let peer: string = B
    await until('it says so', () => {
      peer = cluster.of(B).progress().failed > 0 ? B : C
      return cluster.of(peer).progress().reasons[0]?.includes('not enough peers: 2 more are needed') === true
    })
    expect(cluster.of(peer).progress()).toMatchObject({ gone: [A], placed: 0, waiting: 0, failed: 1 })
    expect(cluster.lines).toContain('gave 0 pins to other peers; 0 wait for their content, 1 have too few copies still')
  })
})

describe('maintenance', () => {
  it('leaves the pins of a peer alone while it is away, until it is over', async () => {
    cluster = new Simulation()
    const cids = cluster.pin(5, [A, B])
    await cluster.start()
    await cluster.of(C).setMaintenance(A)
    await cluster.kill(A)
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(cluster.writes).toBe(0)
    expect(cluster.of(D).marks()).toMatchObject([{ peer: A, kind: 'maintenance' }])
    await cluster.of(D).clearMark(A)
    await until('others have the pins', () => cluster.settled(cids, 3))
  })

  it('is refused of what is no peer', async () => {
    cluster = new Simulation()
    await cluster.start([A])
    await expect(cluster.of(A).setMaintenance('x')).rejects.toMatchObject({ code: 'ERR_BAD_PEER_ID' })
    await expect(cluster.of(A).drain('x')).rejects.toMatchObject({ code: 'ERR_BAD_PEER_ID' })
  })
})

describe('a drain', () => {
  it('takes all pins of a peer elsewhere, with as many copies at every step', async () => {
    cluster = new Simulation({ disableRepinning: true })
    const cids = [...cluster.pin(10, [A, B]), ...cluster.pin(10, [A, C, D])]
    const [everywhere] = cluster.pin(1, [], { replicationFactorMin: -1, replicationFactorMax: -1 })
    await cluster.start()
    await cluster.of(B).drain(A)
    await until('nothing is left', async () => (await cluster.of(C).drainProgress(A)).left === 0)
    expect(await cluster.of(B).drainProgress(A)).toEqual({ peer: A, left: 0, moving: 0, everywhere: 1 })
    expect(await cluster.settled(cids.slice(0, 10), 2)).toBe(true)
    expect(await cluster.settled(cids.slice(10), 3)).toBe(true)
    expect(cluster.fewest).toBe(2)
    expect(await cluster.allocations(everywhere!)).toEqual([])
  })

  it('takes pins along that come after the pinset was walked over', async () => {
    cluster = new Simulation({ disableRepinning: true }, 3_600_000)
    const early = cluster.pin(5, [A, B])
    await cluster.start()
    await cluster.of(B).drain(A)
    await until('the first are elsewhere', () => cluster.settled(early, 2))
    const late = cluster.pin(5, [A, B])
    await until('those that came later are, too', () => cluster.settled(late, 2))
  })

  it('keeps the copy of the peer until another one has the content', async () => {
    cluster = new Simulation()
    cluster.isFast = false
    const [cid] = cluster.pin(1, [A, B])
    await cluster.start()
    await cluster.of(B).drain(A)
    await until('another peer is to have it', async () => (await cluster.allocations(cid!)).length === 3)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await cluster.allocations(cid!)).at(-1)).toBe(A)
    cluster.give((await cluster.allocations(cid!))[1]!, cid!)
    await until('it has left', () => cluster.settled([cid!], 2))
    expect(cluster.fewest).toBe(2)
  })

  it('waits where there are too few other peers, unless the minimum is enough', async () => {
    cluster = new Simulation()
    const cids = cluster.pin(3, [A, B, C])
    await cluster.kill(D, E)
    await cluster.start([A, B, C])
    await cluster.of(B).drain(A)
    await until('it says so', () => [A, B, C].some((peer) => cluster.of(peer).progress().failed > 0))
    expect(await cluster.of(B).drainProgress(A)).toMatchObject({ left: 3 })
    expect(cluster.fewest).toBe(Infinity)
    await cluster.of(B).drain(A, { toMinimum: true })
    await until('the minimum is left', () => cluster.settled(cids, 2))
  })

  it('stops where it is', async () => {
    cluster = new Simulation()
    cluster.isFast = false
    const [cid] = cluster.pin(1, [A, B])
    await cluster.start()
    await cluster.of(B).drain(A)
    await until('another peer is to have it', async () => (await cluster.allocations(cid!)).length === 3)
    await cluster.of(B).clearMark(A)
    cluster.give((await cluster.allocations(cid!))[1]!, cid!)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await cluster.settled([cid!], 3)).toBe(true)
  })
})

describe('rebalancing', () => {
  it('moves pins to a peer that has joined, with one copy more meanwhile', async () => {
    cluster = new Simulation({ disableRepinning: true })
    cluster.pin(12, [A], { replicationFactorMin: 1, replicationFactorMax: 1 })
    await cluster.kill(C, D, E)
    await cluster.start([A, B])
    const plan = await cluster.of(A).planRebalance()
    expect(plan.moves).toHaveLength(6)
    expect(cluster.writes).toBe(0)
    cluster.of(A).startRebalance(plan)
    expect(() => cluster.of(A).startRebalance(plan)).toThrow('a rebalancing runs already: 0 of 6 moves are done')
    await until('all are moved', () => cluster.of(A).rebalanceProgress().state === 'idle')
    expect(cluster.of(A).rebalanceProgress()).toMatchObject({ total: 6, done: 6, moving: 0, failed: 0 })
    expect(cluster.fewest).toBe(1)
    expect((await cluster.of(A).planRebalance()).moves).toEqual([])
  })

  it('takes back what is under way when it is stopped', async () => {
    cluster = new Simulation({ disableRepinning: true })
    cluster.isFast = false
    const cids = cluster.pin(4, [A], { replicationFactorMin: 1, replicationFactorMax: 1 })
    await cluster.kill(C, D, E)
    await cluster.start([A, B])
    cluster.of(A).startRebalance(await cluster.of(A).planRebalance())
    await until('moves are under way', () => cluster.of(A).rebalanceProgress().moving === 2)
    await cluster.of(A).stopRebalance()
    expect(cluster.of(A).rebalanceProgress()).toMatchObject({ state: 'idle', done: 0, failed: 2 })
    expect(await cluster.settled(cids, 1)).toBe(true)
  })
})
