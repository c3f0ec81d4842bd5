import { describe, expect, it } from '@jest/globals'
import { parseCid, Time } from '@ipfs-cluster/api'
import fc from 'fast-check'
import { TransportError } from '../src/index.ts'
import type { BatchPin, ClusterClient, ClusterEvent } from '../src/index.ts'
import { nodeClient } from '../src/node.ts'
import { parseEvents } from '../src/sse.ts'
import { all, open } from './open.ts'
import { readBody, sendJson, sendStream, serve } from './server.ts'

const PEER = '12D3KooWKmHBwzDQUeKJhWjDEuDmvwCApkFrFRLWRuqmCCPT2eSG'
const TEXT = 'bafkreiakgkiepncpc7upcd5yyxeheubn4iahbqcsiyqlh56ioccufs7ogq'
const CID = parseCid(TEXT)
const PIN = { cid: TEXT, name: 'one', type: 'pin', max_depth: -1, timestamp: '2026-11-21T09:36:30Z' }

/** Answers every request with one document, and tells what was asked for. */
async function asked(answer: unknown, ask: (client: ClusterClient) => Promise<unknown>): Promise<[string, unknown]> {
  let request = ''
  await using server = await serve(async (incoming, response) => {
    const body = (await readBody(incoming)).toString()
    request = `${incoming.method} ${incoming.url}${body === '' ? '' : ` ${body}`}`
    if (answer === undefined) response.writeHead(204).end()
    else sendJson(response, answer)
  })
  const result = await ask(open(server.host))
  return [request, result]
}

describe('the calls of operators', () => {
  const mark = { peer: PEER, kind: 'drain', at: '2026-01-02T03:04:05Z', to_minimum: true }
  const plan = { moves: [{ cid: TEXT, from: PEER, to: PEER }], before: { [PEER]: 1 }, after: {}, is_complete: true }
  const progress = { state: 'running', total: 3, done: 1, moving: 1, failed: 0, reasons: [] }
  const at = Time.parse('2026-01-02T03:04:05Z')
  const moves = [{ cid: CID, from: PEER, to: PEER }]
  const planned = { moves, before: { [PEER]: 1 }, after: {}, isComplete: true }

  it.each<[string, (client: ClusterClient) => Promise<unknown>, unknown, unknown]>([
    [
      'GET /peers/marks',
      (c) => c.peerMarks(),
      [mark],
      [{ peer: PEER, kind: 'drain', at, until: Time.ZERO, toMinimum: true }]
    ],
    [`POST /peers/${PEER}/maintenance`, (c) => c.peerMaintenance(PEER), mark, { peer: PEER }],
    [`POST /peers/${PEER}/maintenance?for=1h30m0s`, (c) => c.peerMaintenance(PEER, { for: 5_400_000 }), mark, { at }],
    [`POST /peers/${PEER}/drain?to-minimum=false`, (c) => c.peerDrain(PEER), mark, { toMinimum: true }],
    [`POST /peers/${PEER}/drain?to-minimum=true`, (c) => c.peerDrain(PEER, { toMinimum: true }), mark, {}],
    [`GET /peers/${PEER}/drain`, (c) => c.peerDrainProgress(PEER), { peer: PEER, left: 3 }, { left: 3, moving: 0 }],
    [`DELETE /peers/${PEER}/mark`, (c) => c.peerUnmark(PEER), undefined, undefined],
    ['GET /repair', (c) => c.repairProgress(), { gone: [PEER], placed: 2 }, { gone: [PEER], placed: 2, reasons: [] }],
    ['GET /rebalance/plan', (c) => c.rebalancePlan(), plan, planned],
    ['POST /rebalance', (c) => c.rebalance(), progress, progress],
    [`POST /rebalance ${JSON.stringify(plan)}`, (c) => c.rebalance(planned), progress, progress],
    ['GET /rebalance', (c) => c.rebalanceProgress(), progress, progress],
    ['DELETE /rebalance', (c) => c.rebalanceStop(), progress, progress],
    ['GET /sync', (c) => c.sync(), { state: 'syncing', highest_height: 9 }, { state: 'syncing', highestHeight: 9 }],
    [
      'GET /pins/counts',
      (c) => c.pinCounts(),
      { peer: PEER, statuses: { pinned: 7 }, compared_at: '2026-01-02T03:04:05Z' },
      { peer: PEER, statuses: { pinned: 7 } }
    ],
    ['GET /openapi.json', (c) => c.openApi(), { openapi: '3.1.0' }, { openapi: '3.1.0' }],
    [
      `GET /pins/${TEXT}?explain=true`,
      (c) => c.explain(CID),
      { cid: TEXT, allocation: { outcome: 'kept', peers: [{ peer: PEER, chosen: true, text: 'why' }] } },
      {
        cid: CID,
        allocation: { outcome: 'kept', error: '', peers: [{ peer: PEER, chosen: true, rank: 0, text: 'why' }] }
      }
    ]
  ])('ask %s', async (request, ask, answer, expected) => {
    const [seen, result] = await asked(answer, ask)
    expect(seen).toBe(request)
    if (expected === undefined) expect(result).toBeUndefined()
    else expect(result).toMatchObject(expected as object)
  })
})

describe('pages', () => {
  it('lead from one to the next', async () => {
    const urls: string[] = []
    await using server = await serve(({ url = '' }, response) => {
      urls.push(url)
      if (!url.includes('cursor')) response.setHeader('X-Next-Cursor', 'abc')
      sendStream(response, url.startsWith('/pins') ? [{ cid: TEXT, peer_map: {} }] : [PIN])
    })
    const client = open(server.host)
    const metadata = { 'a b': 'c&d' }
    const first = await client.allocationPage(['pin'], {
      limit: 1,
      name: 'x',
      match: 'partial',
      order: 'newest',
      metadata
    })
    expect(first).toMatchObject({ items: [{ name: 'one' }], next: 'abc' })
    const second = await client.allocationPage(['all'], { cursor: first.next! })
    expect(second).not.toHaveProperty('next')
    expect(await client.statusPage(0, { local: true, limit: 5 })).toMatchObject({ items: [{ cid: CID }], next: 'abc' })
    expect(urls).toEqual([
      '/allocations?filter=pin&limit=1&match=partial&meta-a+b=c%26d&name=x&order=newest',
      '/allocations?cursor=abc&filter=all&limit=100',
      '/pins?filter=&limit=5&local=true'
    ])
  })

  it('that break off are no pages', async () => {
    await using server = await serve((_, response) => sendStream(response, [PIN], 'it broke'))
    await expect(open(server.host).allocationPage()).rejects.toMatchObject({ status: 500, message: 'it broke' })
  })
})

describe('a batch', () => {
  it('is sent while its results are read', async () => {
    let seen = 0
    await using server = await serve(async (request, response) => {
      response.writeHead(200)
      let text = ''
      for await (const chunk of request) {
        text += (chunk as Buffer).toString()
        for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
          const { name } = JSON.parse(text.slice(0, end)) as { name: string }
          text = text.slice(end + 1)
          seen++
          const error = { code: 400, message: 'no' }
          response.write(`${JSON.stringify(name === 'bad' ? { line: seen, error } : { line: seen, pin: PIN })}\n`)
        }
      }
      response.end()
    })
    let results = 0
    async function* pins(): AsyncGenerator<BatchPin> {
      for (const name of ['one', 'bad', 'three']) {
        // The next pin is only given when the result of the one before has come.
        while (results < seen) await new Promise(setImmediate)
        yield { cid: CID, name }
      }
    }
    const given: unknown[] = []
    for await (const result of open(server.host).pinBatch(pins())) {
      results++
      given.push(result)
    }
    expect(given).toMatchObject([
      { line: 1, pin: { cid: CID }, error: undefined },
      { line: 2, pin: undefined, error: { code: 400, message: 'no' } },
      { line: 3, pin: { cid: CID } }
    ])
  })

  it('of many pins goes in few pieces', async () => {
    let body = ''
    await using server = await serve(async (request, response) => {
      body = (await readBody(request)).toString()
      response.writeHead(204).end()
    })
    const pins = Array.from({ length: 2000 }, (_, i): BatchPin => ({ cid: CID, name: String(i) }))
    expect(await all(open(server.host).pinBatch(pins))).toEqual([])
    const lines = body.trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(pins.map(({ name }) => name))
  })
})

describe('events', () => {
  it('are read until the caller has enough', async () => {
    let url = ''
    await using server = await serve((request, response) => {
      url = request.url ?? ''
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('retry: 2000\nid: a.1\n\n')
      response.write(
        `id: a.2\nevent: pin:put\ndata: ${JSON.stringify(PIN)}\n\n: here\n\nid: a.3\nevent: new\ndata: {}\n\n`
      )
      response.write(`id: a.4\nevent: pin:status\ndata: {"cid":"${TEXT}","status":"pinning","attempt_count":2}\n\n`)
      response.write(`event: reset\ndata: {"reason":"because"}\n\n`)
    })
    const events: ClusterEvent[] = []
    for await (const event of open(server.host, { timeout: 60_000 }).events({
      types: ['pin:put'],
      lastEventId: 'a.0'
    })) {
      events.push(event)
      if (event.type === 'reset') break
    }
    expect(url).toBe('/events?last-event-id=a.0&types=pin%3Aput')
    expect(events).toMatchObject([
      { type: 'pin:put', id: 'a.2', pin: { cid: CID, name: 'one' } },
      { type: 'pin:status', id: 'a.4', cid: CID, status: 'pinning', attemptCount: 2, error: '' },
      { type: 'reset', id: 'a.4', reason: 'because' }
    ])
  })

  it('end with an error when the connection breaks, and when the peer refuses', async () => {
    await using server = await serve(({ url }, response) => {
      if (url?.includes('alert') === true) return sendJson(response, { code: 409, message: 'too many' }, 409)
      response.writeHead(200).write(`event: reset\ndata: {}\n\n`, () => response.destroy())
    })
    const client = open(server.host)
    await expect(all(client.events())).rejects.toBeInstanceOf(TransportError)
    await expect(all(client.events({ types: ['alert'] }))).rejects.toMatchObject({ status: 409, message: 'too many' })
  })

  it('can be given up', async () => {
    await using server = await serve((_, response) => void response.writeHead(200).write(': here\n\n'))
    const abort = new AbortController()
    const listening = all(open(server.host).events({ signal: abort.signal }))
    abort.abort(new Error('enough'))
    await expect(listening).rejects.toThrow('enough')
  })

  it('are the same however the bytes are cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', ':', ' ', '{') }).filter((each) => !each.startsWith(' '))
    const event = fc.record({ id: fc.nat(99).map(String), event: fc.constantFrom('x', 'y'), data: text })
    await fc.assert(
      fc.asyncProperty(fc.array(event), fc.integer({ min: 1, max: 20 }), async (events, size) => {
        const bytes = Buffer.from(
          events.map(({ id, event: name, data }) => `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`).join('')
        )
        async function* pieces(): AsyncGenerator<Uint8Array> {
          for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
        }
        expect(await all(parseEvents(pieces()))).toEqual(events)
      })
    )
  })
})

describe('the export', () => {
  it('is given as it is, and must be whole', async () => {
    await using server = await serve((_, response) => void response.end('{"cid":1}\n{"cid":2}\n'))
    expect(Buffer.concat(await all(open(server.host).stateExport())).toString()).toBe('{"cid":1}\n{"cid":2}\n')
    await using broken = await serve((_, response) => void response.write('{"cid":1}\n', () => response.destroy()))
    await expect(all(open(broken.host).stateExport())).rejects.toBeInstanceOf(TransportError)
  })
})

describe('several hosts', () => {
  it('get their share, and stand in for one that is gone', async () => {
    const asked = [0, 0]
    await using first = await serve((_, response) => (asked[0]!++, sendJson(response, { version: 'a' })))
    await using second = await serve((_, response) => (asked[1]!++, sendJson(response, { version: 'b' })))
    const client = nodeClient({ hosts: [first.host, '/ip4/127.0.0.1/tcp/1', second.host], balance: 'round-robin' })
    for (let i = 0; i < 9; i++) await client.version()
    expect(asked).toEqual([3, 6])
    await client.close()
  })
})
