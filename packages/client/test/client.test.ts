import { describe, expect, it } from '@jest/globals'
import { parseCid, Time, TrackerStatusBits } from '@ipfs-cluster/api'
import { ApiError, TransportError } from '../src/index.ts'
import type { ClusterClient } from '../src/index.ts'
import { nodeClient } from '../src/node.ts'
import { all, open } from './open.ts'
import { readBody, sendJson, sendStream, serve } from './server.ts'

const PEER = '12D3KooWKmHBwzDQUeKJhWjDEuDmvwCApkFrFRLWRuqmCCPT2eSG'
const TEXT = 'bafkreiakgkiepncpc7upcd5yyxeheubn4iahbqcsiyqlh56ioccufs7ogq'
const CID = parseCid(TEXT)
const V0 = parseCid('QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm')
const PIN = { cid: TEXT, name: 'one', type: 'pin', max_depth: -1, timestamp: '2026-11-21T09:36:30Z' }
const INFO = { cid: TEXT, name: 'one', peer_map: { [PEER]: { peername: 'p', status: 'pinned' } } }
const EMPTY_PIN = 'mode=recursive&name=&replication-max=0&replication-min=0&shard-size=0&user-allocations='

/** Answers every request with one document, and tells what was asked for. */
async function asked(answer: unknown, ask: (client: ClusterClient) => Promise<unknown>): Promise<[string, unknown]> {
  let request = ''
  await using server = await serve(async ({ method, url, headers }, response) => {
    request = `${method} ${url}`
    expect(headers.connection).toBe('close')
    if (Array.isArray(answer)) sendStream(response, answer)
    else sendJson(response, answer)
  })
  const result = await ask(open(server.host))
  return [request, result]
}

describe('ClusterClient', () => {
  it.each<[string, (client: ClusterClient) => Promise<unknown>, unknown]>([
    ['GET /id', (c) => c.id(), { id: PEER }],
    ['GET /version', (c) => c.version(), { version: '1' }],
    ['GET /health', (c) => c.health(), null],
    ['POST /token', (c) => c.token(), { token: 't' }],
    ['GET /peers', (c) => all(c.peers()), [{ id: PEER }]],
    ['POST /peers', (c) => c.peerAdd(PEER), { id: PEER }],
    [`DELETE /peers/${PEER}`, (c) => c.peerRemove(PEER), null],
    ['GET /allocations?filter=all', (c) => all(c.allocations()), [PIN]],
    ['GET /allocations?filter=meta-pin%2Cshard-pin', (c) => all(c.allocations(['meta-pin', 'shard-pin'])), [PIN]],
    ['GET /allocations?filter=', (c) => all(c.allocations([])), [PIN]],
    [`GET /allocations/${TEXT}`, (c) => c.allocation(CID), PIN],
    [`GET /pins/${TEXT}?local=false`, (c) => c.status(CID), INFO],
    [`GET /pins/${TEXT}?local=true`, (c) => c.status(CID, { local: true }), INFO],
    ['GET /pins?local=false&filter=&cids=', (c) => all(c.statusAll()), [INFO]],
    [
      'GET /pins?local=true&filter=pinned%2Cremote&cids=',
      (c) => all(c.statusAll(TrackerStatusBits.pinned | TrackerStatusBits.remote, { local: true })),
      [INFO]
    ],
    [`GET /pins?local=false&filter=&cids=${TEXT},${V0.toString()}`, (c) => all(c.statusOf([CID, V0])), [INFO]],
    [`POST /pins/${TEXT}/recover?local=false`, (c) => c.recover(CID), INFO],
    ['POST /pins/recover?local=true', (c) => all(c.recoverAll({ local: true })), [INFO]],
    [`POST /pins/ipfs/${TEXT}?${EMPTY_PIN}`, (c) => c.pin(CID), PIN],
    [`POST /pins/ipfs/${TEXT}/a%20b/%3F?${EMPTY_PIN}`, (c) => c.pinPath(`/ipfs/${TEXT}/a b/?`), PIN],
    [`DELETE /pins/ipfs/${TEXT}`, (c) => c.unpin(CID), PIN],
    ['DELETE /pins/ipns/example.org', (c) => c.unpinPath('/ipns/example.org'), PIN],
    ['POST /ipfs/gc?local=false', (c) => c.repoGc(), { peer_map: {} }],
    ['GET /health/graph', (c) => c.connectGraph(), { cluster_id: PEER }],
    ['GET /health/bandwidth', (c) => c.bandwidth(), {}]
  ])('asks %s', async (expected, ask, answer) => {
    const [request] = await asked(answer, ask)
    expect(request).toBe(expected)
  })

  it('sends pin options', async () => {
    const options = {
      replicationFactorMin: 2,
      replicationFactorMax: 3,
      name: 'a b&c',
      mode: 'direct' as const,
      userAllocations: [PEER],
      expireAt: Time.parse('2030-01-02T03:04:05.6+02:00'),
      metadata: { k: 'v=1', '': 'dropped' },
      pinUpdate: V0
    }
    const [request] = await asked(PIN, (client) => client.pin(CID, options))
    expect(request).toBe(
      `POST /pins/ipfs/${TEXT}?expire-at=2030-01-02T03%3A04%3A05.6%2B02%3A00&meta-k=v%3D1&mode=direct&name=a+b%26c` +
        `&pin-update=${V0.toString()}&replication-max=3&replication-min=2&shard-size=0&user-allocations=${PEER}`
    )
  })

  it('decodes documents', async () => {
    const [, id] = await asked({ id: PEER, cluster_peers: [PEER], unknown: 1 }, (client) => client.id())
    expect(id).toMatchObject({ id: PEER, clusterPeers: [PEER], addresses: null, error: '' })
    const [, infos] = await asked([INFO, INFO], (client) => all(client.statusAll()))
    expect(infos).toHaveLength(2)
    expect(infos).toMatchObject([{ peerMap: { [PEER]: { status: 'pinned' } } }, {}])
  })

  it('decodes lists in one document', async () => {
    const metric = { name: 'ping', peer: PEER, value: 'x', expire: 1, weight: 0 }
    await using server = await serve(({ url }, response) => {
      const lists: Record<string, unknown> = {
        '/monitor/metrics': ['ping', 'tag:a'],
        '/monitor/metrics/tag%3Aa': [metric],
        '/health/alerts': [{ ...metric, triggered_at: '2026-11-21T09:36:30Z' }]
      }
      response.end((JSON.stringify(lists[url ?? '']) ?? '').replace('"expire":1', '"expire":1795253822790861496'))
    })
    const client = open(server.host)
    expect(await client.metricNames()).toEqual(['ping', 'tag:a'])
    expect(await client.metrics('tag:a')).toMatchObject([{ peer: PEER, expire: 1795253822790861496n }])
    expect((await client.alerts())[0]?.triggeredAt.toString()).toBe('2026-11-21T09:36:30Z')
  })

  it('adds content and yields what is made of it', async () => {
    let seen: unknown
    await using server = await serve(async (request, response) => {
      seen = { url: request.url, type: request.headers['content-type'], body: (await readBody(request)).toString() }
      sendStream(response, [{ name: 'x', cid: TEXT, size: 3 }])
    })
    const added = await all(
      open(server.host).add([{ type: 'file', name: 'x', content: [Buffer.from('abc')] }], { wrap: true })
    )
    expect(added).toMatchObject([{ name: 'x', size: 3, bytes: 0, allocations: [] }])
    expect(seen).toMatchObject({
      url:
        '/add?chunker=size-262144&cid-version=0&format=unixfs&hash=sha2-256&hidden=false&layout=balanced&local=false&mode=recursive' +
        '&name=&no-pin=false&nocopy=false&progress=false&raw-leaves=false&recursive=false&replication-max=0&replication-min=0' +
        '&shard=false&shard-size=104857600&stream-channels=true&user-allocations=&wrap-with-directory=true',
      type: expect.stringMatching(/^multipart\/form-data; boundary=\w{32}$/),
      body: expect.stringContaining('filename="x"')
    })
  })

  it('throws what the peer answers with', async () => {
    await using server = await serve(({ url }, response) => {
      if (url === '/id') return sendJson(response, { code: 401, message: 'unauthorized: no auth provided' }, 401)
      if (url === '/version') return void response.writeHead(404).end('404 page not found\n')
      if (url === '/peers') return sendJson(response, { code: 500, message: 'no' }, 500)
      response.writeHead(302).end()
    })
    const client = open(server.host)
    const unauthorized = await client.id().catch((error: unknown) => error)
    expect(unauthorized).toBeInstanceOf(ApiError)
    expect(unauthorized).toMatchObject({
      code: 'ERR_UNAUTHORIZED',
      status: 401,
      message: 'unauthorized: no auth provided'
    })
    await expect(client.version()).rejects.toMatchObject({ status: 404, message: '404 page not found\n' })
    await expect(all(client.peers())).rejects.toMatchObject({ status: 500, message: 'no' })
    await expect(all(client.allocations())).rejects.toMatchObject({
      status: 302,
      message: 'expected streaming response with code 200/204'
    })
  })

  it('throws the error at the end of a stream behind the documents', async () => {
    await using server = await serve((_, response) => sendStream(response, [PIN, PIN], 'it broke'))
    const seen: unknown[] = []
    const listing = (async () => {
      for await (const pin of open(server.host).allocations()) seen.push(pin)
    })()
    await expect(listing).rejects.toMatchObject({ name: 'ApiError', status: 500, message: 'it broke' })
    expect(seen).toHaveLength(2)
  })

  it('shows the status of an answer that cannot be read', async () => {
    await using server = await serve(({ url }, response) => {
      if (url === '/id') response.end('<html>')
      else response.end('{"version": 5}')
    })
    const client = open(server.host)
    await expect(client.id()).rejects.toMatchObject({ name: 'ApiError', status: 200, code: 'ERR_BAD_RESPONSE' })
    await expect(client.version()).rejects.toMatchObject({ status: 200, message: expect.stringContaining('version') })
  })

  it('bounds what it takes in', async () => {
    await using server = await serve(({ url }, response) => {
      if (url === '/id') response.end(`"${'x'.repeat(1000)}"`)
      else sendStream(response, ['x'.repeat(1000)])
    })
    const client = open(server.host, { maxAnswer: 100, maxDocument: 100 })
    await expect(client.id()).rejects.toThrow('the answer is longer than 100 bytes')
    await expect(all(client.peers())).rejects.toThrow('longer than 100')
  })

  it('shows its credentials', async () => {
    await using server = await serve(({ headers }, response) => sendJson(response, { version: headers.authorization }))
    const basic = open(server.host, { auth: { username: 'ü', password: 'a:b' } })
    expect(await basic.version()).toEqual({ version: `Basic ${Buffer.from('ü:a:b').toString('base64')}` })
    expect(await open(server.host, { auth: { token: 'abc' } }).version()).toEqual({ version: 'Bearer abc' })
  })

  it('gives up after its timeout', async () => {
    await using server = await serve(() => undefined)
    const failure = await open(server.host, { timeout: 50 })
      .id()
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TransportError)
    expect(failure).toMatchObject({ code: 'ERR_TIMEOUT', status: 0 })
  })
})

describe('nodeClient', () => {
  it('asks the next host when one is gone', async () => {
    await using server = await serve((_, response) => sendJson(response, { version: '7' }))
    const client = nodeClient({ hosts: ['/ip4/127.0.0.1/tcp/1', server.host] })
    expect(await client.version()).toEqual({ version: '7' })
    await client.close()
  })
})
