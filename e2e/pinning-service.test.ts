import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { rawCid } from './harness/cids.ts'
import { TestCluster } from './harness/cluster.ts'
import type { Peer } from './harness/peer.ts'
import { until } from './harness/until.ts'

interface Results {
  count: number
  results: { requestid: string; status: string; created: string }[]
}

const PINS = 30

describe('the pinning service of three peers', () => {
  const cluster = new TestCluster({
    env: {
      CLUSTER_REPLICATIONFACTORMIN: '1',
      CLUSTER_REPLICATIONFACTORMAX: '1',
      CLUSTER_DISABLEREPINNING: 'true'
    }
  })
  const cids = Array.from({ length: PINS }, (_, n) => rawCid(`pin ${n}`).toString())

  beforeAll(async () => {
    for (let n = 0; n < 3; n++) await cluster.join(await cluster.make())
    for (const peer of cluster.peers) {
      await until(async () => (await metrics(peer, 'freespace')) === 3)
    }
  }, 60_000)
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
  })

  it('shows on every peer, in the same order, what one of them was asked to pin', async () => {
    for (const cid of cids) {
      const answer = await fetch(`${urlOf(at(0))}/pins`, { method: 'POST', body: JSON.stringify({ cid }) })
      expect(answer.status).toBe(202)
    }
    for (const peer of cluster.peers) await until(async () => (await list(peer, 'status=pinned')).count === PINS)
    const first = await list(at(0), 'limit=1000')
    expect(first.results.map(({ requestid }) => requestid).sort()).toEqual([...cids].sort())
    expect(await list(at(1), 'limit=1000')).toEqual(first)
    expect(await list(at(2), 'limit=1000')).toEqual(first)
  }, 60_000)

  it('tells apart what is lost with a peer and what is not, and its lists agree with its pins', async () => {
    const [kept, lost] = [await pinOn(at(0)), await pinOn(at(2))]
    await until(async () => (await list(at(0), 'status=pinned')).count === PINS + 2)
    await at(2).kill()
    await until(async () => (await metrics(at(0), 'ping')) === 2)
    const failed = await list(at(0), 'status=failed&limit=1000')
    const pinned = await list(at(0), 'status=pinned&limit=1000')
    expect(failed.results.map(({ requestid }) => requestid)).toContain(lost)
    expect(pinned.results.map(({ requestid }) => requestid)).toContain(kept)
    expect(failed.count + pinned.count).toBe(PINS + 2)
    for (const page of [failed, pinned]) expect(page.results).toHaveLength(page.count)
    for (const { requestid, status } of [...failed.results, ...pinned.results]) {
      const answer = await fetch(`${urlOf(at(1))}/pins/${requestid}`)
      expect(await answer.json()).toMatchObject({ requestid, status })
    }
  }, 60_000)

  function at(index: number): Peer {
    return cluster.at(index)
  }
})

function urlOf(peer: Peer): string {
  return `http://127.0.0.1:${peer.env['CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS']?.split('/').at(-1)}`
}

/** Pins something on that peer and no other. */
async function pinOn(peer: Peer): Promise<string> {
  const cid = rawCid(`on ${peer.id}`).toString()
  const answer = await fetch(`${peer.rest}/pins/${cid}?user-allocations=${peer.id}`, { method: 'POST' })
  expect(answer.status).toBe(200)
  return cid
}

async function list(peer: Peer, query: string): Promise<Results> {
  const answer = await fetch(`${urlOf(peer)}/pins?${query}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Results
}

/** How many peers are known to have a value of that metric. */
async function metrics(peer: Peer, name: string): Promise<number> {
  return ((await (await fetch(`${peer.rest}/monitor/metrics/${name}`)).json()) as unknown[]).length
}
