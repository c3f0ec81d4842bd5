import { describe, expect, it } from '@jest/globals'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import type { ComponentLogger, Logger } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { restApi } from '../../src/index.ts'
import { FakeCluster, PEER } from '../fake-cluster.ts'
import { open, send, targetOf } from '../raw-client.ts'
import { serve, until } from '../serve.ts'

const HELLO = CID.parse('bafkqabtimvwgy3yk')
const SECRET = 'correct horse battery'

describe('clients that are slow', () => {
  it('do not hold up a fast one, however many they are', async () => {
    await using served = await serve()
    served.cluster.streams.set('statusAll', async function* () {
      for (;;) yield await served.cluster.status(HELLO)
    })
    const ways = [
      'GET /versi',
      'POST /peers HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{"peer',
      `POST /pins/batch HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cid\r\n`,
      'POST /add HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 500\r\n\r\n--b\r\n',
      'GET /events HTTP/1.1\r\nHost: a\r\n\r\n'
    ]
    const sockets = await Promise.all(
      Array.from({ length: 200 }, async (_, i): Promise<Socket> => {
        const socket = open(served.target)
        socket.on('error', () => {})
        await once(socket, 'connect')
        socket.write(ways[i % ways.length]!)
        return socket
      })
    )
    const deaf = open(served.target)
    deaf.on('error', () => {})
    deaf.write('GET /pins HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(deaf, 'data')
    deaf.pause()
    const times: number[] = []
    for (let i = 0; i < 20; i++) {
      const start = performance.now()
      expect((await served.ask({ path: '/id' })).status).toBe(200)
      times.push(performance.now() - start)
    }
    for (const socket of [...sockets, deaf]) socket.destroy()
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(500)
  })

  it('are not written to for ever when lines come one by one', async () => {
    await using served = await serve()
    let taken = 0
    const info = await served.cluster.status(HELLO)
    const long = { ...info, name: 'x'.repeat(10_000) }
    served.cluster.streams.set('statusAll', async function* () {
      for (;;) {
        taken++
        yield long
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    const socket = open(served.target)
    socket.write('GET /pins HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    socket.pause()
    let before = -1
    while (taken !== before) {
      before = taken
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    // Some megabytes stand in the buffers of the kernel.
    expect(taken).toBeLessThan(2000)
    socket.destroy()
  })
})

describe('a body that is cut off', () => {
  const plan = `{"moves":[{"cid":"${HELLO.toString()}","from":"${PEER}","to":"${PEER}"}]}`
  it.each([
    ['POST /peers', `{"peer_id":"${PEER}"}`, 'Content-Length: 500'],
    ['POST /peers', `{"peer_id":"${PEER}"}`, 'chunked'],
    ['POST /rebalance', plan, 'Content-Length: 5000'],
    ['POST /rebalance', plan, 'chunked'],
    ['POST /rebalance', '', 'Content-Length: 5000'],
    ['POST /pins/batch', `{"cid":"${HELLO.toString()}"}`, 'Content-Length: 5000'],
    ['POST /pins/batch', `{"cid":"${HELLO.toString()}"}`, 'chunked']
  ])('is not taken for a whole one: %s %s (%s)', async (route, body, framing) => {
    await using served = await serve()
    const socket = open(served.target)
    socket.on('error', () => {})
    const isChunked = framing === 'chunked'
    const header = isChunked ? 'Transfer-Encoding: chunked' : framing
    const content = isChunked ? `${body.length.toString(16)}\r\n${body}\r\n` : body
    socket.write(`${route} HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n${content}`)
    // The request has arrived when one that was sent after it is answered.
    await served.ask({ path: '/version' })
    socket.end()
    await served.ask({ path: '/version' })
    socket.destroy()
    await served.api.stop()
    expect(served.cluster.calls).toEqual([])
    expect(served.cluster.repair.started).toEqual([])
  })
})

describe('paths that are meant to mislead', () => {
  it.each([
    '/../../etc/passwd',
    '/pins/../../state/export',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/pins/%2e%2e%2f%2e%2e%2fstate%2fexport',
    '//evil.example/pins',
    '/\\evil.example',
    '/pins/..%00/x',
    '/allocations/%00',
    `/allocations/${'a'.repeat(4000)}`,
    '/peers/__proto__/drain',
    '/monitor/metrics/__proto__',
    '/pins/constructor'
  ])('%s leads nowhere else', async (path) => {
    await using served = await serve()
    const { status, headers, body } = await served.ask({ path })
    expect([200, 301, 307, 308, 400, 404]).toContain(status)
    if (status === 200) expect(JSON.parse(body)).toEqual([])
    const location = headers.find(([name]) => name === 'Location')?.[1]
    if (location !== undefined) expect(location).toMatch(/^\/(?![/\\])/)
  })
})

describe('credentials', () => {
  function token(claims: object, key: string = SECRET, header: object = { alg: 'HS256', typ: 'JWT' }): string {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const content = `${encode(header)}.${encode(claims)}`
    return `Bearer ${content}.${createHmac('sha256', key).update(content).digest('base64url')}`
  }
  const now = Math.floor(Date.now() / 1000)

  it.each([
    ['none', undefined],
    ['a wrong password', `Basic ${btoa('alice:wrong')}`],
    ['an empty password', `Basic ${btoa('alice:')}`],
    ['the start of the password', `Basic ${btoa(`alice:${SECRET.slice(0, -1)}`)}`],
    ['a longer password', `Basic ${btoa(`alice:${SECRET}x`)}`],
    ['an unknown user', `Basic ${btoa(`bob:${SECRET}`)}`],
    ['a user that every object has', `Basic ${btoa('constructor:x')}`],
    ['an expired token', token({ iss: 'alice', exp: now - 10 })],
    ['a token that is not valid yet', token({ iss: 'alice', nbf: now + 1000 })],
    ['a token of another key', token({ iss: 'alice' }, 'wrong')],
    ['a token of an unknown user', token({ iss: 'bob' })],
    [
      'a token without a signature',
      `${token({ iss: 'alice' }, SECRET, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`
    ],
    ['a token that says that it needs none', token({ iss: 'alice' }, SECRET, { alg: 'none' })],
    ['no token', 'Bearer '],
    ['another scheme', `Digest username="alice"`]
  ])('%s: 401 on every route, and nothing is done', async (_what, authorization) => {
    await using served = await serve({ basicAuthCredentials: { alice: SECRET } })
    const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization }
    for (const [method, path] of [
      ['GET', '/id'],
      ['GET', '/state/export'],
      ['GET', '/events'],
      ['GET', '/openapi.json'],
      ['GET', '/sync'],
      ['POST', '/pins/batch'],
      ['POST', `/peers/${PEER}/drain`],
      ['POST', '/rebalance'],
      ['POST', '/token'],
      ['GET', '/nothing']
    ] as const) {
      const { status, body } = await served.ask({ method, path, headers })
      expect([path, status]).toEqual([path, 401])
      expect(body).not.toContain(SECRET)
    }
    expect(served.cluster.calls).toEqual([])
  })

  it('do not stand in any log', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ipfs-cluster-http-'))
    const lines: string[] = []
    const log = (message: string): void => void lines.push(message)
    const logger: Logger = { error: log, warn: log, info: log, debug: log }
    const components: ComponentLogger = { forComponent: () => logger }
    const httpLogFile = join(folder, 'access.log')
    const cluster = new FakeCluster()
    cluster.failures.set('id', new Error('it broke'))
    const api = restApi({
      ...{ httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/0'], basicAuthCredentials: { alice: SECRET }, httpLogFile }
    })({ cluster, logger: components })
    await api.start()
    try {
      const target = targetOf(api.addresses[0]!)
      const right = btoa(`alice:${SECRET}`)
      const bearer = token({ iss: 'alice' })
      const answers = await Promise.all(
        [`Basic ${right}`, `Basic ${btoa('alice:wrong one')}`, bearer, token({ iss: 'alice', exp: 1 })].flatMap(
          (each) =>
            ['/id', '/version', '/nothing'].map((path) => send(target, { path, headers: { Authorization: each } }))
        )
      )
      expect(answers.map(({ status }) => status)).toContain(200)
      const issued = await send(target, {
        method: 'POST',
        path: '/token',
        headers: { Authorization: `Basic ${right}` }
      })
      await api.stop()
      const all = lines.join('\n') + (await readFile(httpLogFile, 'utf8'))
      expect(all).toContain('alice')
      const { token: given } = JSON.parse(issued.body) as { token: string }
      for (const secret of [SECRET, right, 'wrong one', bearer.slice('Bearer '.length), given]) {
        expect(all).not.toContain(secret)
      }
    } finally {
      await api.stop()
      await rm(folder, { recursive: true, force: true })
    }
  })
})

it('outlives requests that make no sense', async () => {
  await using served = await serve()
  const nonsense = [
    'GET / HTTP/9.9\r\n\r\n',
    'GET /version HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
    'POST /peers HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST /peers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n',
    'POST /pins/batch HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    '\r\n\r\n\r\n',
    '\u0016\u0003\u0001\u0000'
  ]
  for (const raw of nonsense) {
    const socket = open(served.target)
    socket.on('error', () => {})
    socket.end(raw)
    await until(() => socket.readableEnded || socket.destroyed || socket.resume().destroyed)
    socket.destroy()
  }
  expect((await served.ask({ path: '/version' })).status).toBe(200)
})
