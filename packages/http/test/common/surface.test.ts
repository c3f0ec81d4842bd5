import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nullLogger } from '@ipfs-cluster/core/util'
import { restApi } from '../../src/index.ts'
import { FakeCluster } from '../fake-cluster.ts'
import { open, send, targetOf } from '../raw-client.ts'
import { serve, until } from '../serve.ts'

const COMPONENTS = { cluster: new FakeCluster(), logger: nullLogger }

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ipfs-cluster-http-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('listening', () => {
  it('is possible at several addresses, and tells the ports', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'api.sock')
      const api = restApi({
        httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/0', '/dns4/localhost/tcp/0', `/unix${path}`]
      })(COMPONENTS)
      expect(api.addresses).toEqual([])
      await api.start()
      expect(api.addresses).toEqual([
        expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/[1-9]\d*$/),
        expect.stringMatching(/^\/dns4\/localhost\/tcp\/[1-9]\d*$/),
        `/unix${path}`
      ])
      expect((await send(targetOf(api.addresses[0]!), { path: '/version' })).status).toBe(200)
      const socket = connect(path)
      socket.write('GET /version HTTP/1.0\r\n\r\n')
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      expect(chunk.toString()).toMatch(/^HTTP\/1\.1 200 OK/)
      socket.destroy()
      await api.stop()
      expect(api.addresses).toEqual([])
    })
  })

  it('says which address is taken, in the words of Go, and lets go of the others', async () => {
    await using served = await serve()
    const { port } = served.target
    const second = restApi({ httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/0', `/ip4/127.0.0.1/tcp/${port}`] })(
      COMPONENTS
    )
    await expect(second.start()).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message: `listen tcp4 127.0.0.1:${port}: bind: address already in use`
    })
    expect(second.addresses).toEqual([])
  })

  it.each(['/ip4/127.0.0.1', '/ip4/127.0.0.1/udp/1', '/p2p-circuit', 'nonsense', '/ip4/127.0.0.1/tcp/1/ws'])(
    'refuses %s',
    async (address) => {
      await expect(restApi({ httpListenMultiaddress: [address] })(COMPONENTS).start()).rejects.toMatchObject({
        code: 'ERR_BAD_MULTIADDR'
      })
    }
  )

  it('refuses a certificate that it cannot read', async () => {
    const init = {
      httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/0'],
      sslCertFile: '/nowhere/cert.pem',
      sslKeyFile: '/nowhere/key.pem'
    }
    await expect(restApi(init)(COMPONENTS).start()).rejects.toMatchObject({
      code: 'ERR_TLS_FILES',
      message: expect.stringMatching(/^error loading TLS certificate\/key: /)
    })
    await expect(restApi({ ...init, sslKeyFile: '' })(COMPONENTS).start()).rejects.toMatchObject({
      code: 'ERR_TLS_FILES'
    })
  })

  it('can be started again', async () => {
    await using served = await serve()
    await served.api.stop()
    await served.api.start()
    expect((await send(targetOf(served.api.addresses[0]!), { path: '/version' })).status).toBe(200)
  })
})

describe('connections', () => {
  it('serve several requests, also such as are sent together', async () => {
    await using served = await serve()
    const socket = open(served.target)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write('GET /version HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
    await until(() => text.match(/"version"/g)?.length === 3)
    socket.write(
      'POST /pins/bafkqabtimvwgy3yk HTTP/1.1\r\nHost: a\r\nContent-Type: odd\r\nContent-Length: 4\r\n\r\nbody'
    )
    await until(() => text.includes('"cid"'))
    socket.destroy()
  })

  it('are closed silently when the headers do not come', async () => {
    await using served = await serve({ readHeaderTimeout: 100 })
    const socket = open(served.target)
    socket.write('GET /version HT')
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(socket, 'end')
    socket.destroy()
    expect(chunks).toEqual([])
  })

  it('are closed when they are idle and the surface stops', async () => {
    await using served = await serve({ stopGrace: 10_000 })
    const socket = open(served.target)
    socket.write('GET /version HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    const closed = once(socket, 'end')
    const stopped = served.api.stop()
    await closed
    socket.destroy()
    await stopped
  })

  it('are cut when an answer takes longer than it may', async () => {
    await using served = await serve({ writeTimeout: 50 })
    served.cluster.status = () => new Promise(() => {})
    expect((await served.ask({ path: '/pins/bafkqabtimvwgy3yk' })).status).toBe(0)
  })

  it.each([
    [
      'no host',
      'GET /version HTTP/1.1\r\nConnection: close\r\n\r\n',
      400,
      '400 Bad Request: missing required Host header'
    ],
    ['no HTTP', 'GARBAGE\r\n\r\n', 400, '400 Bad Request'],
    ['a bad escape', 'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n', 400, '400 Bad Request'],
    ['an unknown method', 'BREW /pins HTTP/1.1\r\nHost: a\r\n\r\n', 405, ''],
    [
      'a method that others may have',
      'QUERY /id HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      405,
      '{"code":405,"message":"method not allowed"}\n'
    ],
    [
      'headers that fit',
      `GET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ${'a'.repeat(8000)}\r\n\r\n`,
      200,
      '{"version":"1.1.6"}\n'
    ],
    [
      'too many headers',
      `GET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ${'a'.repeat(9000)}\r\n\r\n`,
      431,
      '431 Request Header Fields Too Large'
    ],
    ['HTTP/1.0', 'GET /version HTTP/1.0\r\n\r\n', 200, '{"version":"1.1.6"}\n']
  ])('with %s', async (_what, raw, status, body) => {
    await using served = await serve()
    expect(await served.ask({ raw })).toMatchObject({ status, body })
  })

  it('have no chunks in HTTP/1.0', async () => {
    await using served = await serve()
    await served.ask({ method: 'POST', path: '/pins/bafkqabtimvwgy3yk' })
    const answer = await served.ask({ raw: 'GET /pins HTTP/1.0\r\n\r\n' })
    expect(answer).toMatchObject({ status: 200, framing: 'none', trailers: null })
    expect(JSON.parse(answer.body)).toMatchObject({ cid: 'bafkqabtimvwgy3yk' })
  })
})

describe('the access log', () => {
  it('has a line for each request', async () => {
    await inFolder(async (folder) => {
      const httpLogFile = join(folder, 'access.log')
      {
        await using served = await serve({ httpLogFile, basicAuthCredentials: { alice: 'secret' } })
        await served.ask({ path: '/%76ersion?a=b', headers: { Authorization: `Basic ${btoa('alice:secret')}` } })
        await served.ask({ path: '/pins' })
        await served.ask({
          method: 'POST',
          path: '/pins/bafkqabtimvwgy3yk',
          headers: { Authorization: `Basic ${btoa('alice:secret')}` }
        })
        await served.ask({ path: '/allocations', headers: { Authorization: `Basic ${btoa('alice:secret')}` } })
      }
      const lines = (await readFile(httpLogFile, 'utf8')).trim().split('\n')
      expect(lines).toEqual([
        expect.stringMatching(
          /^127\.0\.0\.1 - alice \[\d{2}\/\w{3}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}\] "GET \/%76ersion\?a=b HTTP\/1\.1" 200 20$/
        ),
        expect.stringMatching(/^127\.0\.0\.1 - - \[.*\] "GET \/pins HTTP\/1\.1" 401 56$/),
        expect.stringMatching(/"POST \/pins\/bafkqabtimvwgy3yk HTTP\/1\.1" 200 3\d\d$/),
        expect.stringMatching(/"GET \/allocations HTTP\/1\.1" 200 3\d\d$/)
      ])
    })
  })
})
