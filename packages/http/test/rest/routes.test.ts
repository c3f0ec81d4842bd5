import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ClusterError, emptyPin, Time } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import { EventFeed, restRoutes } from '../../src/index.ts'
import { FakeCluster, PEER } from '../fake-cluster.ts'
import { serve } from '../serve.ts'
import type { Served } from '../serve.ts'

const HELLO = 'bafkqabtimvwgy3yk'
const DIR = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'
const STRANGER = '12D3KooWQ4gyJHKpUJXkaHt6BcyyGz9vuyZ7Ws61ApmaUHX7cTZc'

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})
beforeEach(() => served.cluster.forget())

async function json(
  method: string,
  path: string,
  body = ''
): Promise<{ status: number; value: Record<string, unknown> }> {
  const answer = await served.ask({ method, path, body })
  return { status: answer.status, value: JSON.parse(answer.body) as Record<string, unknown> }
}

function pinned(...cids: string[]): void {
  for (const cid of cids) served.cluster.put(emptyPin(CID.parse(cid)))
}

describe('GET /pins/counts', () => {
  it('gives the statuses that there are, and how old they are', async () => {
    await using served = await serve()
    await served.ask({ method: 'POST', path: '/pins/bafkqabtimvwgy3yk' })
    const { status, body } = await served.ask({ path: '/pins/counts' })
    expect(status).toBe(200)
    expect(body).toBe(`{"peer":"${PEER}","statuses":{"pinned":1},"compared_at":"2023-11-14T22:13:20Z"}\n`)
  })
})

describe('documents', () => {
  it.each([
    [
      'GET',
      '/id',
      [
        'id',
        'addresses',
        'cluster_peers',
        'cluster_peers_addresses',
        'version',
        'commit',
        'rpc_protocol_version',
        'error',
        'ipfs',
        'peername'
      ]
    ],
    ['GET', '/version', ['version']],
    [
      'GET',
      '/health/graph',
      ['cluster_id', 'id_to_peername', 'ipfs_links', 'cluster_links', 'cluster_trust_links', 'cluster_to_ipfs']
    ],
    ['GET', '/health/bandwidth', ['']],
    ['POST', '/ipfs/gc', ['peer_map']],
    ['POST', '/ipfs/gc?local=true', ['peer_map']],
    ['GET', `/pins/${HELLO}`, ['cid', 'name', 'allocations', 'origins', 'created', 'metadata', 'peer_map']]
  ])('%s %s has the members of the Go release in their order', async (method, path, keys) => {
    const { status, value } = await json(method, path)
    expect(status).toBe(200)
    expect(Object.keys(value)).toEqual(keys)
  })

  it('lists metrics and alerts', async () => {
    const metric = {
      name: 'tag:group',
      peer: PEER,
      value: '<b>',
      expire: 1795253828030427983n,
      valid: true,
      weight: 0n,
      partitionable: true,
      receivedAt: 5n
    }
    served.cluster.metricList = [metric]
    served.cluster.alertList = [{ ...metric, triggeredAt: Time.parse('2026-01-02T03:04:05Z') }]
    expect((await served.ask({ path: '/monitor/metrics' })).body).toBe('["tag:group"]\n')
    expect((await served.ask({ path: '/monitor/metrics/tag:group' })).body).toBe(
      `[{"name":"tag:group","peer":"${PEER}","value":"\\u003cb\\u003e","expire":1795253828030427983,"valid":true,"weight":0,"partitionable":true,"received_at":5}]\n`
    )
    expect((await served.ask({ path: '/monitor/metrics/none' })).body).toBe('[]\n')
    expect((await served.ask({ path: '/health/alerts' })).body).toContain(
      '"received_at":5,"triggered_at":"2026-01-02T03:04:05Z"}]\n'
    )
  })

  it('says that it is there without a body', async () => {
    expect(await served.ask({ path: '/health' })).toMatchObject({ status: 204, framing: 'none', body: '' })
  })
})

describe('pins', () => {
  it('pins with the options of the query, and unpins', async () => {
    const { status, value } = await json(
      'POST',
      `/pins/${HELLO}?name=a%26b&replication=2&meta-k=v&mode=direct&user-allocations=xyz,${PEER}`
    )
    expect(status).toBe(200)
    expect(value).toMatchObject({
      name: 'a&b',
      mode: 'direct',
      max_depth: 0,
      replication_factor_min: 2,
      metadata: { k: 'v' },
      user_allocations: [PEER],
      cid: HELLO
    })
    expect(await json('GET', `/allocations/${HELLO}`)).toMatchObject({
      status: 200,
      value: { user_allocations: null, name: 'a&b' }
    })
    expect(await json('DELETE', `/pins/${HELLO}`)).toMatchObject({ status: 200, value: { cid: HELLO } })
    expect(await json('DELETE', `/pins/${HELLO}`)).toEqual({
      status: 404,
      value: { code: 404, message: 'pin is not part of the pinset' }
    })
  })

  it('prints a CID in its usual base whatever the base it is given in', async () => {
    expect((await json('POST', '/pins/BAFKQABTIMVWGY3YK')).value).toMatchObject({ cid: HELLO })
  })

  it.each([
    ['POST', `/pins/${HELLO}?replication-min=abc`, 'parameter replication-min invalid'],
    ['GET', `/pins/${HELLO}?replication-min=abc`, 'parameter replication-min invalid'],
    ['DELETE', `/pins/${HELLO}?shard-size=-1`, 'parameter shard_size is invalid'],
    ['GET', `/allocations/${HELLO}?expire-in=500ms`, 'expire-in duration too short'],
    ['POST', `/pins/${HELLO}/recover?expire-in=1`, 'expire-in cannot be parsed: time: missing unit in duration "1"'],
    ['POST', `/pins/ipfs/${HELLO}?expire-in=1`, 'expire-in cannot be parsed: time: missing unit in duration "1"'],
    ['POST', '/pins/abc', 'error decoding Cid: invalid cid: selected encoding not supported'],
    ['GET', '/pins/recover', 'error decoding Cid: invalid cid: selected encoding not supported'],
    ['GET', `/pins?cids=${HELLO},`, 'error decoding Cid: invalid cid: cid too short'],
    ['GET', '/pins?filter=foo', 'invalid filter value'],
    ['GET', '/pins?filter=undefined', 'invalid filter value'],
    ['GET', '/allocations?filter=foo', 'invalid filter value'],
    [
      'POST',
      '/pins/ipfs/xyz',
      'error parsing path: invalid path "/ipfs/xyz": invalid cid: selected encoding not supported'
    ],
    [
      'DELETE',
      '/peers/xyz',
      'error decoding Peer ID: failed to parse peer ID: invalid cid: selected encoding not supported'
    ]
  ])('%s %s is refused, and nothing is done', async (method, path, message) => {
    expect(await json(method, path)).toEqual({ status: 400, value: { code: 400, message } })
    expect(served.cluster.calls).toEqual([])
  })

  it('resolves paths, with the slash of a path encoded or not', async () => {
    await json('POST', `/pins/ipfs/${DIR}/sub/b.txt?name=x`)
    await json('POST', `/pins/ipfs/${DIR}%2Fa%20b.txt`)
    await json('POST', '/pins/ipns/example.org')
    await json('DELETE', `/pins/ipld/${DIR}`)
    expect(served.cluster.calls.filter((call) => call.includes('Path'))).toEqual([
      `pinPath /ipfs/${DIR}/sub/b.txt`,
      `pinPath /ipfs/${DIR}/a b.txt`,
      'pinPath /ipns/example.org',
      `unpinPath /ipld/${DIR}`
    ])
    expect((await served.ask({ method: 'POST', path: `/pins/ipfoo/${DIR}` })).status).toBe(404)
  })

  it('asks this peer alone only for the exact text true', async () => {
    await json('GET', `/pins/${HELLO}?local=true`)
    await json('GET', `/pins/${HELLO}?local=1`)
    await json('POST', `/pins/${HELLO}/recover`)
    await json('POST', `/pins/${HELLO}/recover?local=true`)
    expect(served.cluster.calls).toEqual([
      `statusLocal ${HELLO}`,
      `status ${HELLO}`,
      'recover',
      `status ${HELLO}`,
      'recoverLocal'
    ])
  })

  it('drops a pair with a semicolon', async () => {
    await served.ask({ path: '/pins?local=true;filter=pinned' })
    expect(served.cluster.calls[0]).toBe('statusAll 0')
  })
})

describe('lists', () => {
  it.each(['/pins', '/pins?local=true', '/allocations', '/allocations?filter=meta-pin'])(
    '%s of nothing is 204',
    async (path) => {
      expect(await served.ask({ path })).toMatchObject({ status: 204, framing: 'none', body: '', trailers: null })
    }
  )

  it.each(['/pins', '/pins?local=true', '/allocations', '/peers'])('%s is lines with a trailer', async (path) => {
    pinned(HELLO)
    const answer = await served.ask({ path })
    expect(answer).toMatchObject({ status: 200, framing: 'chunked', trailers: [['X-Stream-Error', '']] })
    expect(answer.headers).toContainEqual(['Trailer', 'X-Stream-Error'])
    expect(answer.body.split('\n')).toHaveLength(2)
  })

  it('recovers everything', async () => {
    pinned(HELLO)
    expect((await served.ask({ method: 'POST', path: '/pins/recover' })).status).toBe(200)
    expect((await served.ask({ method: 'POST', path: '/pins/recover?local=true' })).status).toBe(200)
    expect(served.cluster.calls).toContain('recoverAll')
    expect(served.cluster.calls).toContain('recoverAllLocal')
  })

  it('passes filters on', async () => {
    await served.ask({ path: '/pins?filter=pinned,%20error,foo' })
    await served.ask({ path: '/allocations?filter=meta-pin,shard-pin' })
    expect(served.cluster.calls).toEqual([`statusAll ${16 + 2 + 4 + 8}`, `listStored ${4 + 16}`])
  })

  it('gives the state of CIDs that are named, whatever the filter', async () => {
    pinned(HELLO)
    const answer = await served.ask({ path: `/pins?filter=nonsense&cids=${HELLO},${DIR}` })
    const cids = answer.body
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { cid: string }).cid)
    expect(cids.sort()).toEqual([DIR, HELLO].sort())
  })

  it('is a failure when nothing could be had', async () => {
    served.cluster.failures.set('status', new Error('no route to peers'))
    const answer = await served.ask({ path: `/pins?cids=${HELLO},${DIR}` })
    expect(answer).toMatchObject({
      status: 500,
      framing: 'chunked',
      body: '{"code":500,"message":"no route to peers"}\n',
      trailers: []
    })
  })

  it('tells each failure in the trailer when something could be had', async () => {
    served.cluster.streams.set('statusAll', async function* () {
      yield await served.cluster.status(CID.parse(HELLO))
      throw new AggregateError([new Error('first\nline'), new Error('sécond')])
    })
    const { trailers } = await served.ask({ path: '/pins' })
    expect(trailers).toEqual([
      ['X-Stream-Error', 'first line'],
      ['X-Stream-Error', 'sécond']
    ])
  })
})

describe('peers', () => {
  it('adds and removes', async () => {
    expect(await json('POST', '/peers', `{"peer_id":"${STRANGER}"}`)).toMatchObject({
      status: 200,
      value: { id: STRANGER }
    })
    expect(await served.ask({ method: 'DELETE', path: `/peers/${STRANGER}` })).toMatchObject({ status: 204, body: '' })
    expect(served.cluster.calls).toEqual([`peerAdd ${STRANGER}`, `peerRemove ${STRANGER}`])
  })

  it.each([
    ['', 'error decoding request body'],
    ['{"peer_id": ', 'error decoding request body'],
    ['[]', 'error decoding request body'],
    ['{"peer_id":"xyz"}', 'error decoding peer_id'],
    ['{}', 'error decoding peer_id']
  ])('refuses the body %j', async (body, message) => {
    expect(await json('POST', '/peers', body)).toEqual({ status: 400, value: { code: 400, message } })
  })

  it('refuses a body that does not end', async () => {
    const answer = await served.ask({ method: 'POST', path: '/peers', body: `{"peer_id":"${'x'.repeat(100_000)}"}` })
    expect(answer.status).toBe(400)
  })
})

describe('failures', () => {
  it('have the status of their code, and 500 without one', async () => {
    served.cluster.failures.set('pin', new ClusterError('ERR_NOT_PINNED', 'pin is not part of the pinset'))
    expect(await json('POST', `/pins/${HELLO}`)).toMatchObject({ status: 404 })
    served.cluster.failures.set('pin', new ClusterError('ERR_TIMEOUT', 'took too long'))
    expect(await json('POST', `/pins/${HELLO}`)).toEqual({
      status: 500,
      value: { code: 500, message: 'took too long' }
    })
    served.cluster.failures.set('pin', new TypeError('a <bug>'))
    expect((await served.ask({ method: 'POST', path: `/pins/${HELLO}` })).body).toBe(
      '{"code":500,"message":"a \\u003cbug\\u003e"}\n'
    )
  })
})

describe('methods', () => {
  it.each(['HEAD', 'PUT', 'OPTIONS', 'PATCH'])('%s is not served', async (method) => {
    const answer = await served.ask({ method, path: '/pins' })
    expect(answer.status).toBe(405)
    expect(answer.headers).toContainEqual(['Allow', 'GET'])
  })

  it('names the methods that a path has', async () => {
    expect((await served.ask({ path: `/pins/ipfs/${DIR}` })).headers).toContainEqual(['Allow', 'DELETE, POST'])
    expect((await served.ask({ method: 'PUT', path: `/pins/${DIR}` })).headers).toContainEqual([
      'Allow',
      'DELETE, GET, POST'
    ])
  })

  it.each(['/nothing', '/pins/a/b/c', '/Version', '/', '/pins/ipfs'])('GET %s', async (path) => {
    const { status } = await served.ask({ path })
    expect(status).toBe(path === '/pins/ipfs' ? 400 : 404)
  })
})

describe('the table of routes', () => {
  const routes = restRoutes(new EventFeed(new FakeCluster()))

  it('has a name, a summary and answers for each, and no name twice', () => {
    const names = routes.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { summary, answers } of routes) {
      expect(summary).not.toBe('')
      expect(answers.length).toBeGreaterThan(0)
    }
  })

  it('describes each placeholder of a path', () => {
    for (const { path, pathParameters } of routes) {
      const placeholders = [...path.matchAll(/\{(\w+)(?:\.\.\.)?\}/g)].map(([, name]) => name)
      expect(pathParameters.map(({ name }) => name)).toEqual(placeholders)
    }
  })
})
