import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parseEndpoint } from '../../src/index.ts'
import type { Endpoint, Transport } from '../../src/index.ts'
import { socketTransport, undiciTransport } from '../../src/node.ts'
import type { TlsTrust } from '../../src/transport/socket/node-connection.ts'
import { serve } from '../server.ts'

type Open = (init: { endpoint: Endpoint; tls?: TlsTrust }) => Transport

/** Key and certificate for localhost and 127.0.0.1, signed by itself. */
const pem = await readFile(join(import.meta.dirname, '../fixtures/tls.pem'), 'utf8')
const GET = { method: 'GET', path: '/', headers: {} } as const

describe.each<[string, Open]>([
  ['socket', socketTransport],
  ['undici', undiciTransport]
])('TLS of transport %s', (_, open) => {
  it('believes a certificate that it was given, or any', async () => {
    await using server = await serve((request, response) => response.end(request.headers.host), pem)
    for (const tls of [{ ca: pem }, { rejectUnauthorized: false }]) {
      for (const host of [server.host, `/dns4/localhost/tcp/${server.port}`]) {
        const transport = open({ endpoint: parseEndpoint(host, { tls: true }), tls })
        const response = await transport.request(GET)
        expect(response.status).toBe(200)
        for await (const _ of response.body);
        await transport.close()
      }
    }
  })

  it('does not believe a stranger', async () => {
    await using server = await serve((_, response) => response.end(), pem)
    const transport = open({ endpoint: parseEndpoint(`${server.host}/https`) })
    await expect(transport.request(GET)).rejects.toMatchObject({
      code: 'ERR_TLS',
      message: expect.stringContaining(
        'tls: failed to verify certificate: x509: certificate signed by unknown authority'
      )
    })
    await transport.close()
  })

  it('notices a server that speaks plain HTTP', async () => {
    await using server = await serve((_, response) => response.end())
    const transport = open({ endpoint: parseEndpoint(server.host, { tls: true }) })
    await expect(transport.request(GET)).rejects.toMatchObject({
      code: 'ERR_TLS',
      message: `Get "https://127.0.0.1:${server.port}/": http: server gave HTTP response to HTTPS client`
    })
    await transport.close()
  })
})
