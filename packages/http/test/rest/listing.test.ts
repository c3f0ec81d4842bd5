import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { emptyPin, parseStatusFilter, Time } from '@ipfs-cluster/api'
import { pinKey } from '@ipfs-cluster/core/codec'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { PEER } from '../fake-cluster.ts'
import type { RawAnswer } from '../raw-client.ts'
import { serve } from '../serve.ts'
import type { Served } from '../serve.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})
beforeEach(() => served.cluster.forget())

function cidOf(number: number): CID {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, number)
  return CID.createV1(0x55, Digest.create(0, bytes))
}

function put(
  number: number,
  fields: { name?: string; metadata?: Record<string, string>; seconds?: number } = {}
): void {
  const { name = `pin ${number}`, metadata = null, seconds = 1_700_000_000 + number } = fields
  served.cluster.put({ ...emptyPin(cidOf(number)), name, metadata, timestamp: new Time(seconds, 0, 0) })
}

function header({ headers }: RawAnswer, name: string): string | undefined {
  return headers.find(([key]) => key === name)?.[1]
}

function items({ body }: RawAnswer): { cid: string; name: string }[] {
  const lines = body.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as { cid: string; name: string })
}

/** Every page of a listing, each with what was done between them. */
async function walk(path: string, between: () => void = () => {}): Promise<string[]> {
  const names: string[] = []
  let cursor = ''
  for (let page = 0; page < 1000; page++) {
    const answer = await served.ask({ path: `${path}${cursor === '' ? '' : `&cursor=${cursor}`}` })
    expect([200, 204]).toContain(answer.status)
    names.push(...items(answer).map(({ name }) => name))
    const next = header(answer, 'X-Next-Cursor')
    if (next === undefined) return names
    cursor = next
    between()
  }
  throw new Error('the listing has no end')
}

describe.each(['/allocations', '/pins'])('pages of %s', (path) => {
  it('make up the whole, each pin once', async () => {
    for (let i = 0; i < 25; i++) put(i)
    const whole = items(await served.ask({ path })).sort(byKey)
    expect(await walk(`${path}?limit=10`)).toEqual(whole.map(({ name }) => name))
    const first = await served.ask({ path: `${path}?limit=10` })
    expect(items(first)).toHaveLength(10)
    expect(header(first, 'Access-Control-Expose-Headers')).toContain('X-Next-Cursor')
    expect(header(await served.ask({ path: `${path}?limit=25` }), 'X-Next-Cursor')).toBeUndefined()
  })

  it.each(['key', 'newest', 'oldest'])('go on behind CIDs that hold much content, by %s', async (order) => {
    for (const length of [40, 400, 2000, 4000]) {
      const cid = CID.createV1(0x55, Digest.create(0, new Uint8Array(length).fill(length / 40)))
      served.cluster.put({ ...emptyPin(cid), name: `${length} bytes`, timestamp: new Time(1_700_000_000, 0, 0) })
    }
    for (let number = 0; number < 4; number++) put(number, { seconds: 1_700_000_000 })
    const names = await walk(`${path}?limit=1&order=${order}`)
    const lengths = ['2000 bytes', '40 bytes', '400 bytes', '4000 bytes']
    expect(names.sort()).toEqual([...lengths, 'pin 0', 'pin 1', 'pin 2', 'pin 3'])
  })

  it('read no more of the pinset than they give', async () => {
    for (let i = 0; i < 2000; i++) put(i)
    let asked: number | undefined
    const { listStored } = served.cluster.state
    served.cluster.state.listStored = (options) => {
      asked = options?.limit
      return listStored(options)
    }
    await served.ask({ path: `${path}?limit=7` })
    served.cluster.state.listStored = listStored
    expect(asked).toBe(8)
  })

  it('are found by name and metadata', async () => {
    put(1, { name: 'Film one', metadata: { app: 'tv', kind: 'film' } })
    put(2, { name: 'film two', metadata: { app: 'tv' } })
    put(3, { name: 'song' })
    const found = async (query: string): Promise<string[]> => walk(`${path}?limit=1&${query}`)
    expect(await found('name=song')).toEqual(['song'])
    expect(await found('name=film')).toEqual([])
    expect(await found('name=film&match=partial')).toEqual(['film two'])
    expect(await found('name=FILM&match=ipartial')).toEqual(['Film one', 'film two'])
    expect(await found('meta-app=tv')).toEqual(['Film one', 'film two'])
    expect(await found('meta-app=tv&meta-kind=film')).toEqual(['Film one'])
    expect(items(await served.ask({ path: `${path}?meta-app=tv` }))).toHaveLength(2)
  })

  it('can be ordered by time', async () => {
    for (const [i, seconds] of [30, 10, 20, 10, 40].entries()) put(i, { name: `${seconds}.${i}`, seconds })
    expect(await walk(`${path}?limit=2&order=newest`)).toEqual(['40.4', '30.0', '20.2', '10.1', '10.3'])
    expect(await walk(`${path}?limit=2&order=oldest`)).toEqual(['10.3', '10.1', '20.2', '30.0', '40.4'])
  })

  it('go on from where they were, whatever is pinned and unpinned in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 40 }),
        fc.array(fc.record({ add: fc.nat(500), remove: fc.nat(500) }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('key', 'newest', 'oldest'),
        async (numbers, changes, limit, order) => {
          served.cluster.stored.clear()
          for (const number of numbers) put(number)
          const left = [...changes]
          const touched = new Set(changes.flatMap(({ add, remove }) => [add, remove]))
          const names = await walk(`${path}?limit=${limit}&order=${order}`, () => {
            const change = left.shift()
            if (change === undefined) return
            put(change.add)
            served.cluster.stored.delete(cidOf(change.remove).toString())
          })
          expect(new Set(names).size).toBe(names.length)
          for (const number of numbers) if (!touched.has(number)) expect(names).toContain(`pin ${number}`)
        }
      ),
      { numRuns: 15 }
    )
  })

  it.each([
    ['limit=0', 'parameter limit must be 1 to 1000'],
    ['limit=1001', 'parameter limit must be 1 to 1000'],
    ['limit=x', 'parameter limit invalid'],
    ['order=size&limit=1', 'parameter order must be one of key, newest, oldest'],
    ['order=newest', 'order=newest needs a limit'],
    ['match=regex', 'parameter match must be one of exact, iexact, partial, ipartial'],
    ['cursor=xyz', 'parameter cursor invalid'],
    [
      `cursor=${Buffer.from('newest:1:AFKQ').toString('base64url')}`,
      'parameter cursor is of a listing with order=newest'
    ]
  ])('refuse %s', async (query, message) => {
    const answer = await served.ask({ path: `${path}?${query}` })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toEqual({ code: 400, message })
  })
})

describe('pages of states', () => {
  it('show only the peers whose state is asked for', async () => {
    for (let i = 0; i < 6; i++) put(i)
    const status = served.cluster.status.bind(served.cluster)
    served.cluster.status = async (cid) => {
      const info = await status(cid)
      const { name } = info
      const short = info.peerMap[PEER]!
      return name === 'pin 4' ? { ...info, peerMap: { [PEER]: { ...short, status: 'pin_error' } } } : info
    }
    expect(await walk('/pins?limit=2&filter=error')).toEqual(['pin 4'])
    expect(parseStatusFilter('error')).not.toBe(0)
  })

  it('ask this peer alone when told to', async () => {
    for (let i = 0; i < 3; i++) put(i)
    expect(await walk('/pins?limit=2&local=true')).toHaveLength(3)
    expect(served.cluster.calls.filter((call) => call.startsWith('statusLocal'))).toHaveLength(3)
  })
})

it('does not let a damaged pin hide the others', async () => {
  for (let i = 0; i < 3; i++) put(i)
  const damaged = served.cluster.stored.get(cidOf(1).toString())!
  served.cluster.stored.set(cidOf(1).toString(), { ...damaged, value: Uint8Array.of(0x0f) })
  const answer = await served.ask({ path: '/allocations' })
  expect(items(answer).map(({ name }) => name)).toEqual(['pin 0', 'pin 2'])
  expect(answer.trailers).toEqual([['X-Stream-Error', expect.stringContaining(damaged.key)]])
})

function byKey(a: { cid: string }, b: { cid: string }): number {
  return pinKey(CID.parse(a.cid)) < pinKey(CID.parse(b.cid)) ? -1 : 1
}
