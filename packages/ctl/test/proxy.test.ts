import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parseEndpoint } from '@ipfs-cluster/client'
import { proxyFor } from '../src/proxy.ts'
import { run } from './run.ts'

/** An address that is nobody's (RFC 5737), so that only the proxy can be asked. */
const NOWHERE = '/ip4/192.0.2.1/tcp/9094'

describe('a proxy', () => {
  const asked: string[] = []
  let proxy: Server
  let url: string

  beforeAll(async () => {
    proxy = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers['proxy-authorization']}`)
      response.end('{"version":"by proxy"}')
    })
    proxy.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url}`)
      // Whatever is asked for, this very server is behind it, which speaks no TLS.
      const { port } = proxy.address() as AddressInfo
      const behind = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      behind.on('error', () => socket.destroy()).on('close', () => socket.destroy())
      socket.on('error', () => behind.destroy()).on('close', () => behind.destroy())
      socket.pipe(behind).pipe(socket)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    url = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => proxy.close(resolve)))

  it('is asked for what is elsewhere', async () => {
    asked.length = 0
    const outcome = await run(['--host', NOWHERE, 'version'], { HTTP_PROXY: `http://me:p%40ss@${url}` })
    expect(outcome).toEqual({ status: 0, stdout: 'by proxy\n', stderr: '' })
    const credentials = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
    expect(asked).toEqual([`GET http://192.0.2.1:9094/version 192.0.2.1:9094 ${credentials}`])
  })

  it('connects through for https', async () => {
    asked.length = 0
    const { status, stdout } = await run(['--https', '--host', NOWHERE, 'version'], { https_proxy: url })
    expect(status).toBe(1)
    expect(stdout).toContain('http: server gave HTTP response to HTTPS client')
    expect(asked).toEqual(['CONNECT 192.0.2.1:9094'])
  })

  it('that does not answer is named', async () => {
    const { status, stdout } = await run(['--host', NOWHERE, 'version'], { http_proxy: '127.0.0.1:1' })
    expect(status).toBe(1)
    expect(stdout).toContain('dial tcp 127.0.0.1:1: connect: connection refused')
  })

  it('of another kind is refused, without its password in the message', async () => {
    const { status, stderr } = await run(['--host', NOWHERE, 'version'], { HTTP_PROXY: 'socks5://me:secret@x:1' })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error creating API client: cannot use the proxy socks5:\/\/x:1: /)
  })
})

describe('proxyFor', () => {
  it.each<[host: string, exceptions: string, isProxied: boolean]>([
    ['/ip4/127.0.0.1/tcp/1', '', false],
    ['/ip6/::1/tcp/1', '', false],
    ['/dns4/localhost/tcp/1', '', false],
    ['/unix/run/x.sock', '', false],
    [NOWHERE, '', true],
    [NOWHERE, '*', false],
    [NOWHERE, '10.0.0.0/8, 192.0.2.0/24', false],
    [NOWHERE, '192.0.2.0/33,192.0.2.0/x,2001:db8::/32', true],
    [NOWHERE, '192.0.2.1', false],
    [NOWHERE, '192.0.2.1:9095', true],
    [NOWHERE, '192.0.2.1:9094', false],
    ['/ip6/2001:db8::1/tcp/1', '2001:db8::/32', false],
    ['/dns4/a.example.org/tcp/1', 'example.org', false],
    ['/dns4/example.org/tcp/1', '.example.org', true],
    ['/dns4/a.example.org/tcp/1', '*.EXAMPLE.org', false],
    ['/dns4/badexample.org/tcp/1', 'example.org', true]
  ])('%s, NO_PROXY=%s: %j', async (host, exceptions, isProxied) => {
    const env = { HTTP_PROXY: 'proxy:3128', NO_PROXY: exceptions }
    const found = await proxyFor(parseEndpoint(host), env)
    expect(found !== undefined).toBe(isProxied)
    if (found !== undefined) expect(found.endpoint).toMatchObject({ host: 'proxy', port: 3128, isName: true })
  })

  it('does not trust what a CGI script was sent as a header', async () => {
    const endpoint = parseEndpoint(NOWHERE)
    expect(await proxyFor(endpoint, { HTTP_PROXY: 'evil:1', REQUEST_METHOD: 'GET' })).toBeUndefined()
    expect(await proxyFor(endpoint, { HTTPS_PROXY: 'proxy:1' })).toBeUndefined()
  })
})
