import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { emptyPin } from '@ipfs-cluster/api'
import type { Metric } from '@ipfs-cluster/api'
import fc from 'fast-check'
import { PEER } from '../fake-cluster.ts'
import { cidOf, cidTextOf, pinOf, servePinsvc } from './service.ts'
import type { Results, ServedPinsvc } from './service.ts'

const NOW = 1_795_253_828

let served: ServedPinsvc
beforeAll(async () => {
  served = await servePinsvc()
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})
beforeEach(() => served.cluster.forget())

function cidsOf({ results }: Results): string[] {
  return results.map(({ pin }) => pin.cid)
}

function pingOf(peer: string, ...addresses: string[]): Metric {
  const value = JSON.stringify({ ipfs_addresses: addresses })
  return { name: 'ping', peer, value, expire: 0n, valid: true, weight: 0n, partitionable: false, receivedAt: 0n }
}

async function allPages(query: Readonly<Record<string, string>>): Promise<string[]> {
  const cids: string[] = []
  let before: string | undefined
  for (;;) {
    const page = await served.list({ ...query, ...(before !== undefined && { before }) })
    cids.push(...cidsOf(page))
    // As a client does that keeps times in a Date.
    before = page.results.at(-1) && new Date(page.results.at(-1)!.created).toISOString()
    if (page.count <= page.results.length || before === undefined) return cids
  }
}

describe('a list of pins', () => {
  it('comes newest first, ten of them, and tells how many there are', async () => {
    for (let n = 0; n < 15; n++) served.cluster.put(pinOf(n, NOW + ((n * 7) % 15)))
    const { count, results } = await served.list()
    expect(count).toBe(15)
    expect(results).toHaveLength(10)
    const times = results.map(({ created }) => Date.parse(created))
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(Math.floor(times[0]! / 1000)).toBe(NOW + 14)
  })

  it('gives every pin once over its pages, though many were made in the same second', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 60 }),
        fc.integer({ min: 3, max: 20 }),
        async (times, limit) => {
          served.cluster.stored.clear()
          times.forEach((second, n) => served.cluster.put(pinOf(n, NOW + second)))
          const cids = await allPages({ limit: String(limit) })
          expect([...cids].sort()).toEqual(times.map((_, n) => cidTextOf(n)).sort())
        }
      ),
      { numRuns: 20 }
    )
  })

  it('asks for the status of the pins of the page alone', async () => {
    for (let n = 0; n < 50; n++) served.cluster.put(pinOf(n, NOW + n))
    await served.list({ limit: '3' })
    const asked = served.cluster.calls.filter((call) => call.startsWith('status'))
    expect(asked).toEqual([49, 48, 47].map((n) => `status ${cidTextOf(n)}`))
  })

  it.each([
    ['exact', 'Report', ['Report']],
    ['iexact', 'rEPORT', ['Report', 'report']],
    ['partial', 'port', ['My Report', 'Report', 'report']],
    ['ipartial', 'REPORT', ['My Report', 'Report', 'report']],
    ['nonsense', 'Report', ['Report']]
  ])('finds names that match: %s', async (match, name, expected) => {
    ;['Report', 'report', 'My Report', 'other'].forEach((each, n) => served.cluster.put(pinOf(n, NOW, { name: each })))
    const { results } = await served.list({ match, name })
    expect(results.map(({ pin }) => pin.name).sort()).toEqual(expected)
  })

  it('finds metadata in either spelling, and all of it must be there', async () => {
    served.cluster.put(pinOf(1, NOW, { metadata: { app: 'x', k: 'v' } }))
    served.cluster.put(pinOf(2, NOW, { metadata: { app: 'x' } }))
    expect((await served.list({ meta: '{"app":"x"}' })).count).toBe(2)
    expect(cidsOf(await served.list({ meta: '{"app":"x","k":"v"}' }))).toEqual([cidTextOf(1)])
    expect(cidsOf(await served.list({ 'meta[app]': 'x', 'meta[k]': 'v' }))).toEqual([cidTextOf(1)])
    expect((await served.list({ 'meta[app]': 'y' })).count).toBe(0)
    expect((await served.list({ 'meta[__proto__]': 'y' })).count).toBe(0)
  })

  it('takes before and after as bounds that do not count themselves', async () => {
    for (const n of [1, 2, 3]) served.cluster.put(pinOf(n, NOW + n))
    const [third, second, first] = (await served.list()).results
    expect(cidsOf(await served.list({ before: second!.created }))).toEqual([first!.pin.cid])
    expect(cidsOf(await served.list({ after: second!.created }))).toEqual([third!.pin.cid])
    expect((await served.list({ after: first!.created, before: third!.created })).count).toBe(1)
  })

  it('puts CIDs together with the other filters', async () => {
    for (let n = 0; n < 12; n++) served.cluster.put(pinOf(n, NOW + n, { name: n % 2 === 0 ? 'even' : 'odd' }))
    const cid = [7, 2, 4, 99, 2].map(cidTextOf).join(',')
    expect(cidsOf(await served.list({ cid }))).toEqual([7, 4, 2].map(cidTextOf))
    expect(cidsOf(await served.list({ cid, name: 'even' }))).toEqual([4, 2].map(cidTextOf))
    expect(await served.list({ cid, limit: '1' })).toMatchObject({ count: 3, results: [{ pin: { name: 'odd' } }] })
    served.cluster.statuses.set(cidTextOf(4), 'pinning')
    expect(cidsOf(await served.list({ cid, status: 'pinning' }))).toEqual([cidTextOf(4)])
  })

  it('counts by status, over all pages', async () => {
    for (let n = 0; n < 30; n++) served.cluster.put(pinOf(n, NOW + n))
    for (const n of [3, 5]) served.cluster.statuses.set(cidTextOf(n), 'pin_error')
    for (const n of [7, 9, 11]) served.cluster.statuses.set(cidTextOf(n), 'pin_queued')
    served.cluster.statuses.set(cidTextOf(13), 'pinning')
    expect(cidsOf(await served.list({ status: 'failed' }))).toEqual([5, 3].map(cidTextOf))
    expect(await served.list({ status: 'queued, pinning', limit: '1' })).toMatchObject({
      count: 4,
      results: [{ requestid: cidTextOf(13), status: 'pinning' }]
    })
    expect((await served.list({ status: 'pinned' })).count).toBe(24)
    expect(await allPages({ status: 'pinned', limit: '7' })).toHaveLength(24)
    expect((await served.list()).count).toBe(30)
  })

  it('reads the pins of the page alone, however many have the status', async () => {
    for (let n = 0; n < 450; n++) {
      served.cluster.put(pinOf(n, NOW + n))
      served.cluster.statuses.set(cidTextOf(n), n % 9 === 0 ? 'pinned' : 'pin_queued')
    }
    const get = jest.spyOn(served.cluster.state, 'get')
    const list = jest.spyOn(served.cluster, 'listStatuses')
    const page = await served.list({ status: 'queued', limit: '3', before: new Date((NOW + 400) * 1000).toISOString() })
    expect(page.count).toBe(355)
    expect(cidsOf(page)).toEqual([399, 398, 397].map(cidTextOf))
    expect(get).toHaveBeenCalledTimes(3)
    expect(list.mock.calls.map(([, options]) => options?.brief)).toEqual([true])
    expect(served.cluster.calls.filter((call) => call.startsWith('placesOf'))).toEqual(['placesOf 200', 'placesOf 200'])
    jest.restoreAllMocks()
  })

  it('leaves peers that are gone no say, unless all that hold a pin are', async () => {
    const gone = '12D3KooWQ4gyJHKpUJXkaHt6BcyyGz9vuyZ7Ws61ApmaUHX7cTZc'
    served.cluster.metricList = [pingOf(PEER)]
    served.cluster.put(pinOf(1, NOW, { allocations: [gone, PEER] }))
    served.cluster.put(pinOf(2, NOW, { allocations: [gone] }))
    const ask = served.cluster.status.bind(served.cluster)
    served.cluster.status = async (cid) => {
      const info = await ask(cid)
      const [short] = Object.values(info.peerMap)
      const isHere = info.allocations?.includes(PEER) === true
      const own = { ...short!, status: isHere ? short!.status : ('remote' as const) }
      return { ...info, peerMap: { [PEER]: own, [gone]: { ...short!, status: 'cluster_error' } } }
    }
    served.cluster.streams.set('statusAll', async function* () {})
    expect(await served.list({ status: 'pinned' })).toMatchObject({ count: 1, results: [{ requestid: cidTextOf(1) }] })
    expect(await served.list({ status: 'failed' })).toMatchObject({ count: 1, results: [{ requestid: cidTextOf(2) }] })
    served.cluster.status = ask
    served.cluster.streams.clear()
    served.cluster.metricList = []
  })

  it('fills a page up when pins have another status by the time they are asked for it', async () => {
    for (let n = 0; n < 30; n++) served.cluster.put(pinOf(n, NOW + n))
    served.cluster.streams.set('statusAll', async function* () {})
    for (const n of [29, 27, 25]) served.cluster.statuses.set(cidTextOf(n), 'pinning')
    const { count, results } = await served.list({ status: 'pinned', limit: '5' })
    expect(results.map(({ pin }) => pin.cid)).toEqual([28, 26, 24, 23, 22].map(cidTextOf))
    expect(count).toBe(27)
    served.cluster.streams.clear()
  })

  it('shows no parts of sharded items, nor the items', async () => {
    for (const type of ['meta-pin', 'shard-pin', 'clusterdag-pin'] as const) {
      served.cluster.stored.clear()
      served.cluster.put({ ...emptyPin(cidOf(1)), type })
      expect((await served.list()).count).toBe(0)
      expect((await served.list({ cid: cidTextOf(1) })).count).toBe(0)
      expect((await served.ask({ path: `/pins/${cidTextOf(1)}` })).status).toBe(404)
    }
  })

  it('gives 1000 pins at most, and none if asked for none', async () => {
    for (let n = 0; n < 1003; n++) served.cluster.put(pinOf(n, NOW + n))
    expect((await served.list({ limit: '5000' })).results).toHaveLength(1000)
    expect(await served.list({ limit: '0' })).toEqual({ count: 1003, results: [] })
  })

  it('says where the content goes: to the nodes of the allocations, or of all peers', async () => {
    const other = '12D3KooWQ4gyJHKpUJXkaHt6BcyyGz9vuyZ7Ws61ApmaUHX7cTZc'
    const addresses = ['/ip4/203.0.113.1/tcp/4001', '/dns4/ipfs.example/tcp/4001']
    served.cluster.metricList = [PEER, other].map((peer, i) => pingOf(peer, addresses[i]!))
    served.cluster.put(pinOf(1, NOW, { allocations: [other] }))
    served.cluster.put(pinOf(2, NOW + 1))
    const { results } = await served.list()
    expect(results.map(({ delegates }) => delegates)).toEqual([addresses, [addresses[1]]])
    served.cluster.metricList = []
  })
})
