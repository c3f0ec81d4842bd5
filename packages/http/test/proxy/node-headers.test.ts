import { describe, expect, it } from '@jest/globals'
import { FRIEND } from './fake-node.ts'
import { header, serveProxy } from './serve-proxy.ts'

describe('headers that an answer of the cluster has because those of the node have them', () => {
  it('are those of CORS, as the node answers the origin that asks', async () => {
    await using served = await serveProxy()
    const friend = await served.ask('pin/ls', { headers: { Origin: FRIEND } })
    expect(friend.status).toBe(200)
    expect(header(friend, 'access-control-allow-origin')).toBe(FRIEND)
    expect(header(friend, 'access-control-allow-credentials')).toBe('true')
    const nobody = await served.ask('pin/ls')
    expect(header(nobody, 'access-control-allow-origin')).toBeUndefined()
    expect(header(nobody, 'vary')).toBe('Origin')
    expect(header(nobody, 'server')).toBe('ipfs-cluster/ipfsproxy/1.1.6')
    const [preflight] = served.node.seen.filter(({ method }) => method === 'OPTIONS')
    expect(preflight?.headers).toMatchObject({ origin: FRIEND, 'access-control-request-method': 'POST' })
  })

  it('are asked for once, not with each request', async () => {
    await using served = await serveProxy()
    for (let i = 0; i < 5; i++) await served.ask('pin/ls')
    for (let i = 0; i < 5; i++) await served.ask('pin/ls', { headers: { Origin: FRIEND } })
    await Promise.all(
      Array.from({ length: 5 }, () => served.ask('pin/ls', { headers: { Referer: 'http://else.example' } }))
    )
    expect(served.node.count('OPTIONS')).toBe(3)
    expect(served.node.count('POST')).toBe(1)
    expect(served.node.seen.find(({ method }) => method === 'POST')?.url).toBe('/api/v0/version')
  })

  it('are asked for again when their time is up', async () => {
    await using served = await serveProxy({ extractHeadersTtl: 1 })
    await served.ask('pin/ls')
    await new Promise((resolve) => setTimeout(resolve, 5))
    await served.ask('pin/ls')
    expect(served.node.count('OPTIONS')).toBe(2)
  })

  it('are those that the configuration names, from the path that it names', async () => {
    await using served = await serveProxy({ extractHeadersExtra: ['X-Extra'], extractHeadersPath: '/other' })
    expect((await served.ask('pin/ls')).headers).toContainEqual(['X-Extra', 'from the node'])
    expect(served.node.seen.map(({ url }) => url)).toContain('/other')
  })

  it('are none while the node is down', async () => {
    await using served = await serveProxy()
    await served.node[Symbol.asyncDispose]()
    const answer = await served.ask('pin/ls')
    expect(answer.status).toBe(200)
    expect(header(answer, 'vary')).toBeUndefined()
    expect((await served.ask('pin/ls', { headers: { Origin: FRIEND } })).status).toBe(403)
  })
})

describe('a command of the cluster', () => {
  it.each([
    ['a page of an origin that the node does not know', { Origin: 'http://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a link on a page that the node does not know', { Referer: 'http://evil.example/page' }],
    ['a link of a known origin on an unknown page', { Origin: FRIEND, Referer: 'http://evil.example/page' }],
    ['something that is no URL', { Referer: 'friend' }],
    ['a browser that does not say for which page', { 'User-Agent': 'Mozilla/5.0 (X11)' }]
  ])('is refused to %s', async (_who, headers) => {
    await using served = await serveProxy()
    const answer = await served.ask('pin/add?arg=bafkqabtimvwgy3yk', { headers })
    expect(answer).toMatchObject({ status: 403, body: '403 - Forbidden\n' })
    expect(served.cluster.calls).toEqual([])
  })

  it('is taken from a page that the node knows, also by its referer', async () => {
    await using served = await serveProxy()
    const headers = { Referer: `${FRIEND}/page?x`, 'User-Agent': 'Mozilla/5.0' }
    expect((await served.ask('pin/add?arg=bafkqabtimvwgy3yk', { headers })).status).toBe(200)
  })

  it('is refused by GET, which any picture on a page can ask by', async () => {
    await using served = await serveProxy()
    const answer = await served.ask('pin/add?arg=bafkqabtimvwgy3yk', { method: 'GET' })
    expect(answer).toMatchObject({ status: 405, body: '405 - Method Not Allowed\n' })
    expect(header(answer, 'allow')).toBe('OPTIONS, POST')
    expect(served.cluster.calls).toEqual([])
  })
})
