import { createServer } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parseEndpoint } from '../src/index.ts'
import type { Endpoint, Transport, TransportRequest } from '../src/index.ts'
import { closedPort, readBody, sendStream, serve, serveRaw } from '../test/server.ts'

/** What sets a transport apart from the others. */
export interface TransportTraits {
  open(endpoint: Endpoint): Transport
  /** Whether trailers can be read. */
  readonly showsTrailers: boolean
  /** Whether it reaches sockets in the file system. */
  readonly reachesUnix: boolean
  /** Whether a body is sent while it is read. */
  readonly streamsBody: boolean
  /** Whether it connects to the endpoint itself, and so says what keeps it from that. Default true. */
  readonly dialsEndpoint?: boolean
}

const GET: TransportRequest = { method: 'GET', path: '/x?y=1', headers: {} }

/** What every transport must do. */
export function testTransport(name: string, traits: TransportTraits): void {
  const at = (host: string): Transport => traits.open(parseEndpoint(host))

  describe(`transport ${name}`, () => {
    it('asks for a path and gives status, headers and content', async () => {
      await using server = await serve((request, response) => {
        response.setHeader('x-seen', `${request.method} ${request.url} ${String(request.headers['x-mine'])}`)
        response.writeHead(404).end('not here\n')
      })
      const transport = at(server.host)
      const response = await transport.request({ ...GET, headers: { 'x-mine': 'yes' } })
      expect(response.status).toBe(404)
      expect(response.header('x-seen')).toBe('GET /x?y=1 yes')
      expect(response.header('x-absent')).toBeUndefined()
      expect(await read(response.body)).toBe('not here\n')
      await transport.close()
    })

    it('sends a body in pieces', async () => {
      await using server = await serve(async (request, response) => {
        const body = await readBody(request)
        response.end(`${body.length} ${request.headers['content-type']}`)
      })
      const transport = at(server.host)
      const headers = { 'content-type': 'a/b' }
      const response = await transport.request({ method: 'POST', path: '/', headers, body: pieces(40, 100_000) })
      expect(await read(response.body)).toBe('4000000 a/b')
      await transport.close()
    })

    it('posts without a body', async () => {
      await using server = await serve(async (request, response) => {
        response.end(`${request.method} ${(await readBody(request)).length}`)
      })
      const transport = at(server.host)
      const response = await transport.request({ method: 'POST', path: '/', headers: {} })
      expect(await read(response.body)).toBe('POST 0')
      await transport.close()
    })

    it('gives content as it comes', async () => {
      let goOn: (() => void) | undefined
      await using server = await serve((_, response) => {
        response.write('first')
        goOn = () => response.end('second')
      })
      const transport = at(server.host)
      const response = await transport.request(GET)
      const body = response.body[Symbol.asyncIterator]()
      expect(text((await body.next()).value as Uint8Array)).toBe('first')
      goOn?.()
      expect(text((await body.next()).value as Uint8Array)).toBe('second')
      expect((await body.next()).done).toBe(true)
      await transport.close()
    })

    it('shows trailers where the platform has them', async () => {
      await using server = await serve((_, response) => sendStream(response, [1], 'it broke: é'))
      const transport = at(server.host)
      const response = await transport.request(GET)
      expect(await read(response.body)).toBe('1\n')
      const lines = response.trailer('x-stream-error')
      expect(lines).toHaveLength(traits.showsTrailers ? 1 : 0)
      if (traits.showsTrailers) expect(lines[0]).toMatch(/^it broke: /)
      await transport.close()
    })

    if (traits.dialsEndpoint !== false) {
      it('tells that the connection was refused', async () => {
        const port = await closedPort()
        const transport = at(`/ip4/127.0.0.1/tcp/${port}`)
        await expect(transport.request(GET)).rejects.toMatchObject({
          name: 'TransportError',
          code: 'ERR_UNREACHABLE',
          status: 0,
          answered: false,
          message: `Get "http://127.0.0.1:${port}/x?y=1": dial tcp 127.0.0.1:${port}: connect: connection refused`
        })
        await transport.close()
      })
    }

    it('tells that time is up before an answer, and while it comes', async () => {
      await using silent = await serve(() => undefined)
      await using slow = await serve((_, response) => response.write('start'))
      const [toSilent, toSlow] = [at(silent.host), at(slow.host)]
      await expect(toSilent.request({ ...GET, signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
        code: 'ERR_TIMEOUT',
        answered: false,
        message: expect.stringMatching(/^Get "\w+:.*": context deadline exceeded$/)
      })
      const time = new AbortController()
      const response = await toSlow.request({ ...GET, signal: time.signal })
      const content = read(response.body)
      time.abort(new DOMException('time is up', 'TimeoutError'))
      await expect(content).rejects.toMatchObject({ code: 'ERR_TIMEOUT', answered: true })
      await Promise.all([toSilent.close(), toSlow.close()])
    })

    it('throws the reason of the one who gave up', async () => {
      await using server = await serve(() => undefined)
      const transport = at(server.host)
      const given = new Error('not needed any more')
      const controller = new AbortController()
      const answer = transport.request({ ...GET, signal: controller.signal })
      controller.abort(given)
      await expect(answer).rejects.toBe(given)
      await expect(transport.request({ ...GET, signal: controller.signal })).rejects.toBe(given)
      await transport.close()
    })

    it('tells that an answer was cut short', async () => {
      await using server = await serveRaw((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n')
        setImmediate(() => socket.destroy())
      })
      const transport = at(server.host)
      const response = await transport.request(GET)
      await expect(read(response.body)).rejects.toMatchObject({ code: 'ERR_BAD_RESPONSE', answered: true })
      await transport.close()
    })

    it('ends the request when the reader stops', async () => {
      let closed: (() => void) | undefined
      const gone = new Promise<void>((resolve) => (closed = resolve))
      await using server = await serve((_, response) => {
        response.on('close', () => closed?.())
        response.write('x'.repeat(10))
      })
      const transport = at(server.host)
      const response = await transport.request(GET)
      for await (const _ of response.body) break
      await gone
      await transport.close()
    })

    it('tells that what is sent could not be read', async () => {
      await using server = await serve(async (request) => {
        await readBody(request).catch(() => undefined)
      })
      const transport = at(server.host)
      const answer = transport.request({ method: 'POST', path: '/', headers: {}, body: failing() })
      await expect(answer).rejects.toMatchObject({ message: expect.stringMatching(/^Post "\w+:.*": disk on fire$/) })
      await transport.close()
    })

    if (traits.streamsBody) {
      it('pulls a body no faster than it is taken', async () => {
        await using server = await serveRaw((socket) => socket.pause())
        const transport = at(server.host)
        const controller = new AbortController()
        const meter = { taken: 0 }
        const answer = transport.request({
          method: 'POST',
          path: '/',
          headers: {},
          body: pieces(2000, 100_000, meter),
          signal: controller.signal
        })
        answer.catch(() => undefined)
        // The buffers of the system take a few megabytes; when nothing is pulled any more they are full.
        for (let last = -1; last !== meter.taken; await rest(100)) last = meter.taken
        expect(meter.taken).toBeLessThan(500)
        controller.abort()
        await expect(answer).rejects.toThrow()
        await transport.close()
      })
    }

    if (traits.streamsBody && traits.dialsEndpoint !== false) {
      it('takes an answer that comes before the whole body is sent', async () => {
        await using server = await serve((_, response) => {
          response.writeHead(401, { connection: 'close' }).end('no')
        })
        const transport = at(server.host)
        const meter = { taken: 0 }
        const body = pieces(100_000, 100_000, meter)
        const response = await transport.request({ method: 'POST', path: '/', headers: {}, body })
        expect(response.status).toBe(401)
        expect(await read(response.body)).toBe('no')
        await transport.close()
        expect(meter.taken).toBeLessThan(100_000)
      })
    }

    if (traits.reachesUnix) {
      it('reaches a socket in the file system', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'client-'))
        const path = join(folder, 'api.sock')
        const server = createServer((request, response) => response.end(request.headers.host))
        await new Promise<void>((resolve) => server.listen(path, resolve))
        try {
          const transport = at(`/unix${path}`)
          const response = await transport.request(GET)
          expect(await read(response.body)).toBe('restapi')
          await transport.close()
        } finally {
          server.closeAllConnections()
          await new Promise((resolve) => server.close(resolve))
          await rm(folder, { recursive: true })
        }
        const transport = at(`/unix${path}`)
        await expect(transport.request(GET)).rejects.toMatchObject({
          message: `Get "http+unix://restapi/x?y=1": dial unix ${path}: connect: no such file or directory`
        })
        await transport.close()
      })
    }
  })
}

async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  let all = ''
  for await (const chunk of body) all += text(chunk)
  return all
}

function text(chunk: Uint8Array): string {
  return Buffer.from(chunk).toString()
}

async function* pieces(count: number, size: number, meter = { taken: 0 }): AsyncGenerator<Uint8Array> {
  for (; meter.taken < count; meter.taken++) yield new Uint8Array(size)
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(10)
  throw new Error('disk on fire')
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
