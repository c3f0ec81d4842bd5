import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parseEndpoint } from '../../../src/index.ts'
import { socketTransport } from '../../../src/transport/socket/index.ts'
import type { SocketTransportInit } from '../../../src/transport/socket/index.ts'
import { serve } from '../../server.ts'

const pem = await readFile(join(import.meta.dirname, '../../fixtures/tls.pem'), 'utf8')
const GET = { method: 'GET', path: '/x', headers: {} } as const

interface TestProxy extends AsyncDisposable {
  readonly init: Required<Pick<SocketTransportInit, 'proxy'>>
  readonly asked: string[]
}

/** A proxy that connects through, or refuses to. */
async function openProxy(refusal?: string): Promise<TestProxy> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end(`for ${request.headers.host}`)
  })
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization']}`)
    if (refusal !== undefined) return socket.end(`HTTP/1.1 ${refusal}\r\n\r\n`)
    const [host, port] = (request.url ?? '').split(':')
    const behind = connect(Number(port), host, () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'))
    behind.on('error', () => socket.destroy())
    socket.on('error', () => behind.destroy())
    return socket.pipe(behind).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = parseEndpoint(`/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`)
  return {
    asked,
    init: { proxy: { endpoint, authorization: 'Basic x' } },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body)).toString()
}

describe('a socket transport by way of a proxy', () => {
  it('speaks TLS with the server itself', async () => {
    await using proxy = await openProxy()
    await using server = await serve((request, response) => response.end(`hello ${request.url}`), pem)
    const endpoint = parseEndpoint(server.host, { tls: true })
    const transport = socketTransport({ endpoint, tls: { ca: pem }, ...proxy.init })
    const response = await transport.request(GET)
    expect(await readAll(response.body)).toBe('hello /x')
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${server.port} Basic x`])

    const distrustful = socketTransport({ endpoint, ...proxy.init })
    await expect(distrustful.request(GET)).rejects.toMatchObject({ code: 'ERR_TLS' })
  })

  it('has the proxy make a request without TLS', async () => {
    await using proxy = await openProxy()
    const transport = socketTransport({ endpoint: parseEndpoint('/ip4/192.0.2.1/tcp/9094'), ...proxy.init })
    const response = await transport.request(GET)
    expect(await readAll(response.body)).toBe('for 192.0.2.1:9094')
    expect(proxy.asked).toEqual(['http://192.0.2.1:9094/x'])
  })

  it('tells that the proxy refuses', async () => {
    await using proxy = await openProxy('407 Who are you?')
    const endpoint = parseEndpoint('/ip4/192.0.2.1/tcp/9094', { tls: true })
    await expect(socketTransport({ endpoint, ...proxy.init }).request(GET)).rejects.toMatchObject({
      code: 'ERR_UNREACHABLE',
      message: expect.stringMatching(/^Get "https:\/\/192\.0\.2\.1:9094\/x": the proxy 127\.0\.0\.1:\d+ answered 407$/)
    })
  })
})
