import { describe, expect, it } from '@jest/globals'
import { ClusterError } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import { PEER } from '../fake-cluster.ts'
import { serve } from '../serve.ts'
import type { Served } from '../serve.ts'

const HELLO = CID.parse('bafkqabtimvwgy3yk')
const OTHER = '12D3KooWQ4gyJHKpUJXkaHt6BcyyGz9vuyZ7Ws61ApmaUHX7cTZc'
const PLAN = { moves: [{ cid: HELLO.toString(), from: PEER, to: OTHER }] }

async function json(served: Served, method: string, path: string, body = ''): Promise<[number, unknown]> {
  const answer = await served.ask({ method, path, body })
  return [answer.status, answer.body === '' ? undefined : (JSON.parse(answer.body) as unknown)]
}

describe('marks on peers', () => {
  it('are made, listed and taken away', async () => {
    await using served = await serve()
    expect(await json(served, 'GET', '/peers/marks')).toEqual([200, []])
    const before = Date.now()
    const [, maintenance] = await json(served, 'POST', `/peers/${OTHER}/maintenance?for=2h`)
    expect(maintenance).toMatchObject({ peer: OTHER, kind: 'maintenance' })
    const { until } = maintenance as { until: string }
    expect(Date.parse(until)).toBeGreaterThanOrEqual(before + 7_200_000)
    expect(Date.parse(until)).toBeLessThan(before + 7_200_000 + 60_000)
    const [, endless] = await json(served, 'POST', `/peers/${OTHER}/maintenance`)
    expect(endless).not.toHaveProperty('until')
    const [, drain] = await json(served, 'POST', `/peers/${PEER}/drain?to-minimum=true`)
    expect(drain).toMatchObject({ peer: PEER, kind: 'drain', to_minimum: true })
    expect((await json(served, 'GET', '/peers/marks'))[1]).toEqual([endless, drain])
    expect(await json(served, 'GET', `/peers/${PEER}/drain`)).toEqual([
      200,
      { peer: PEER, left: 3, moving: 2, everywhere: 1 }
    ])
    expect(await json(served, 'DELETE', `/peers/${PEER}/mark`)).toEqual([204, undefined])
    expect((await json(served, 'GET', '/peers/marks'))[1]).toEqual([endless])
  })

  it.each([
    ['POST', '/peers/xyz/drain'],
    ['POST', `/peers/${OTHER}/maintenance?for=soon`],
    ['POST', `/peers/${OTHER}/maintenance?for=1ms`],
    ['DELETE', '/peers/xyz/mark']
  ])('%s %s is refused', async (method, path) => {
    await using served = await serve()
    expect((await json(served, method, path))[0]).toBe(400)
    expect(served.cluster.calls).toEqual([])
  })
})

describe('rebalancing', () => {
  it('plans, carries out the plan, tells how far it is, and stops', async () => {
    await using served = await serve()
    const { repair } = served.cluster
    repair.plan = {
      moves: [{ cid: HELLO, from: PEER, to: OTHER }],
      ...{ before: new Map([[PEER, 10]]), after: new Map([[OTHER, 10]]), isComplete: true }
    }
    const [, plan] = await json(served, 'GET', '/rebalance/plan')
    expect(plan).toEqual({ ...PLAN, before: { [PEER]: 10 }, after: { [OTHER]: 10 }, is_complete: true })
    expect(repair.started).toEqual([])
    expect(await json(served, 'POST', '/rebalance', JSON.stringify(plan))).toMatchObject([
      200,
      { state: 'running', total: 1 }
    ])
    expect(repair.started.at(-1)?.moves).toEqual([{ cid: HELLO, from: PEER, to: OTHER }])
    expect((await json(served, 'GET', '/rebalance'))[1]).toMatchObject({ state: 'running', total: 1 })
    expect((await json(served, 'DELETE', '/rebalance'))[1]).toMatchObject({ state: 'idle' })
    await json(served, 'POST', '/rebalance')
    expect(repair.started.at(-1)).toBe(repair.plan)
  })

  it('is refused while another one runs', async () => {
    await using served = await serve()
    served.cluster.failures.set('startRebalance', new ClusterError('ERR_BUSY', 'a rebalancing is under way'))
    expect((await json(served, 'POST', '/rebalance'))[0]).toBe(409)
  })

  it.each(['nonsense', '5', '{}', '{"moves":{}}', '{"moves":[5]}', '{"moves":[null]}', '{"moves":[{"cid":"x"}]}'])(
    'refuses the plan %s',
    async (plan) => {
      await using served = await serve()
      expect((await json(served, 'POST', '/rebalance', plan))[0]).toBe(400)
      expect(served.cluster.repair.started).toEqual([])
    }
  )
})

describe('explanations', () => {
  it('say where a pin would go, and why', async () => {
    await using served = await serve()
    const values = { freespace: '10' }
    served.cluster.allocation = {
      ...{ allocations: [PEER], outcome: 'extended', allocateBy: ['freespace'] },
      peers: [
        { reason: 'candidate', rank: 1, of: 2, peer: PEER, chosen: true, values },
        { reason: 'metric-expired', metric: 'freespace', peer: OTHER, chosen: false, values: {} }
      ]
    }
    const [status, explained] = await json(served, 'GET', `/pins/${HELLO.toString()}?explain=true`)
    expect(status).toBe(200)
    expect(explained).toMatchObject({
      cid: HELLO.toString(),
      allocation: {
        ...{ outcome: 'extended', allocations: [PEER], allocate_by: ['freespace'] },
        peers: [
          { peer: PEER, chosen: true, reason: 'candidate', rank: 1, of: 2, values },
          { peer: OTHER, chosen: false, reason: 'metric-expired', metric: 'freespace' }
        ]
      }
    })
    expect(JSON.stringify(explained)).toContain('its metric freespace has expired')
    expect((await json(served, 'GET', `/pins/${HELLO.toString()}`))[1]).not.toHaveProperty('allocation')
  })

  it('tell how far the repair is', async () => {
    await using served = await serve()
    expect(await json(served, 'GET', '/repair')).toEqual([
      200,
      { gone: [], placed: 1, trimmed: 2, waiting: 3, failed: 4, reasons: ['no room'] }
    ])
  })
})
