import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { open, parse, send } from '../raw-client.ts'
import { until } from '../serve.ts'
import { FakeNode } from './fake-node.ts'
import { header, serveProxy } from './serve-proxy.ts'

const CHUNK = Buffer.alloc(64 * 1024, 'x')

/** Writes for ever, as fast as the other side reads. @returns bytes written so far */
function writeWithoutEnd(response: ServerResponse): () => number {
  let bytes = 0
  const more = (): void => {
    do bytes += CHUNK.length
    while (response.write(CHUNK))
  }
  response.on('drain', more)
  more()
  return () => bytes
}

function hex(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

describe('what is not for the cluster', () => {
  it('goes to the node as it is, and comes back as it is', async () => {
    await using served = await serveProxy()
    served.node.on('cat', (request, response) => {
      void textOf(request).then((body) => {
        response.writeHead(202, 'Fine', ['Server', 'kubo', 'X-Twice', 'a', 'X-Twice', 'b', 'Trailer', 'X-Stream-Error'])
        response.write(`${request.method} ${request.url} ${body}`)
        response.addTrailers({ 'X-Stream-Error': 'too late' })
        response.end()
      })
    })
    const answer = await served.ask('cat?arg=a%2Fb&x=;', {
      method: 'PATCH',
      body: 'hello',
      headers: { Host: 'proxy.example', 'X-Forwarded-For': '192.0.2.1', Connection: 'close, X-Mine', 'X-Mine': 'no' }
    })
    expect(answer).toMatchObject({
      status: 202,
      framing: 'chunked',
      body: 'PATCH /api/v0/cat?arg=a%2Fb&x=; hello',
      trailers: [['X-Stream-Error', 'too late']]
    })
    expect(answer.headers.filter(([name]) => name === 'X-Twice')).toEqual([
      ['X-Twice', 'a'],
      ['X-Twice', 'b']
    ])
    const { headers } = served.node.seen[0]!
    expect(headers).toMatchObject({ host: 'proxy.example', 'x-forwarded-for': '192.0.2.1, 127.0.0.1' })
    expect(headers['x-mine']).toBeUndefined()
  })

  it.each(['pin/ls/', 'pin/add/', 'pin/verify', 'pin/lsx', 'block/put', 'dag/put?pin=false', 'block/put?pin=True'])(
    'includes %s',
    async (path) => {
      await using served = await serveProxy()
      expect((await served.ask(path)).status).toBe(404)
      expect(served.node.seen.map(({ url }) => url)).toEqual([`/api/v0/${path}`])
    }
  )

  it.each([
    ['/api/v0/pin%2Fls', 'a slash that is written as an escape'],
    ['/api/v0/pin/%6cs', 'a letter that is written as an escape'],
    ['http://elsewhere.example/api/v0/pin/ls', 'the absolute form']
  ])('does not include %s: %s', async (path) => {
    await using served = await serveProxy()
    expect(await send(served.target, { method: 'POST', path })).toMatchObject({ status: 200, body: '{"Keys":{}}\n' })
  })

  it.each([
    ['/api/v0//pin/ls', '/api/v0/pin/ls'],
    ['//evil.example/x', '/evil.example/x'],
    ['/webui/../api/v0/pin/ls?s=true', '/api/v0/pin/ls?s=true'],
    ['/webui/%2e%2e/api/v0/id', '/api/v0/id']
  ])('and asks for %s is sent to the clean path', async (path, location) => {
    await using served = await serveProxy()
    const answer = await send(served.target, { method: 'POST', path })
    expect(answer.status).toBe(308)
    expect(header(answer, 'location')).toBe(location)
    expect(served.node.seen).toEqual([])
  })

  it('and cannot be read is refused', async () => {
    await using served = await serveProxy()
    expect((await send(served.target, { path: '/api/v0/%zz' })).status).toBe(400)
    expect((await send(served.target, { raw: 'POST /api/v0/id HTTP/1.1\r\n\r\n' })).status).toBe(400)
    expect((await served.ask('id', { headers: { 'X-Long': 'x'.repeat(9000) } })).status).toBe(431)
  })

  it('does not include a command however it is spelled', async () => {
    await using served = await serveProxy()
    const spellings = fc.array(fc.boolean(), { minLength: 24, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(spellings, async (escaped) => {
        const path = [...'/api/v0/pin/ls']
          .map((letter, i) => (escaped[i] === true && i > 0 ? hex(letter) : letter))
          .join('')
        expect(await send(served.target, { method: 'POST', path })).toMatchObject({
          status: 200,
          body: '{"Keys":{}}\n'
        })
      }),
      { numRuns: 30 }
    )
    expect(served.node.seen.filter(({ method, url }) => method === 'POST' && url !== '/api/v0/version')).toEqual([])
  })

  it('has no trailers and no chunks for HTTP/1.0, and no body for HEAD', async () => {
    await using served = await serveProxy()
    served.node.on('id', ({ method }, response) => {
      response.writeHead(200, method === 'HEAD' ? {} : { Trailer: 'X-Stream-Error' })
      response.write('text')
      response.addTrailers({ 'X-Stream-Error': '' })
      response.end()
    })
    const old = await send(served.target, { raw: 'POST /api/v0/id HTTP/1.0\r\nHost: x\r\n\r\n' })
    expect(old).toMatchObject({ status: 200, framing: 'none', body: 'text' })
    expect(header(old, 'trailer')).toBeUndefined()
    expect(await served.ask('id', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it('is 502 while the node is away, and the connection goes on', async () => {
    await using served = await serveProxy()
    await served.node[Symbol.asyncDispose]()
    const answer = await served.ask('id', { body: 'x'.repeat(1024 * 1024) })
    expect(answer).toMatchObject({ status: 502, body: '', framing: 'content-length' })
    expect(header(answer, 'content-type')).toBeUndefined()
    const plain = 'POST /api/v0/id HTTP/1.1\r\nHost: x\r\n'
    const raw = `${plain}\r\n${plain}Connection: close\r\n\r\n`
    const { body } = await send(served.target, { raw })
    expect(body).toMatch(/^HTTP\/1\.1 502/)
  })

  it('is 502 where the node answers with too many headers', async () => {
    await using served = await serveProxy()
    served.node.on('id', (_request, response) => response.writeHead(200, { 'X-Long': 'x'.repeat(64 * 1024) }).end())
    expect((await served.ask('id')).status).toBe(502)
  })

  it('does not look complete when the node dies in the middle', async () => {
    await using served = await serveProxy()
    served.node.on('cat', (_request, response) => {
      response.write('half')
      setImmediate(() => response.destroy())
    })
    await expect(served.ask('cat')).rejects.toThrow('the chunked answer was cut off')
  })

  it('is sent on before it is complete, in both directions', async () => {
    await using served = await serveProxy()
    served.node.on('echo', (request, response) => void request.pipe(response))
    const request = httpRequest({ ...served.target, method: 'POST', path: '/api/v0/echo' })
    request.write('one')
    const answer = await new Promise<IncomingMessage>((resolve) => request.on('response', resolve))
    const read = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    expect(String((await read.next()).value)).toBe('one')
    request.end('two')
    expect(String((await read.next()).value)).toBe('two')
    expect((await read.next()).done).toBe(true)
  })

  it('waits for a client that reads slowly', async () => {
    await using served = await serveProxy()
    let written = (): number => 0
    served.node.on('cat', (_request, response) => {
      written = writeWithoutEnd(response)
    })
    const request = httpRequest({ ...served.target, method: 'POST', path: '/api/v0/cat' }).end()
    const answer = await new Promise<IncomingMessage>((resolve) => request.on('response', resolve))
    let last = -1
    await until(() => {
      const stands = written() === last
      last = written()
      return stands && last > 0
    })
    // What is on its way fills the buffers of two connections, and no more.
    expect(written()).toBeLessThan(32 * 1024 * 1024)
    let read = 0
    for await (const chunk of answer) {
      read += (chunk as Buffer).length
      if (read > last + 1024 * 1024) break
    }
    expect(read).toBeGreaterThan(last)
  })

  it('waits for a node that reads slowly', async () => {
    await using served = await serveProxy()
    let resume = (): void => {}
    served.node.on('add2', (request, response) => {
      resume = () => void textOf(request).then((text) => response.end(String(text.length)))
    })
    const request = httpRequest({ ...served.target, method: 'POST', path: '/api/v0/add2' })
    const answered = new Promise<IncomingMessage>((resolve) => request.on('response', resolve))
    let sent = 0
    let last = -1
    await until(() => {
      while (sent < 64 * 1024 * 1024 && !request.writableNeedDrain) {
        request.write(CHUNK)
        sent += CHUNK.length
      }
      const stands = sent === last
      last = sent
      return stands
    })
    expect(sent).toBeLessThan(32 * 1024 * 1024)
    resume()
    request.end()
    expect(await textOf(await answered)).toBe(String(sent))
  })

  it('is broken off at the node when the client goes away', async () => {
    await using served = await serveProxy()
    let gone = 0
    served.node.on('cat', (_request, response) => {
      response.on('close', () => gone++)
      writeWithoutEnd(response)
    })
    served.node.on('add2', (request) => {
      request.on('error', () => gone++).resume()
    })
    const download = open(served.target)
    download.write('POST /api/v0/cat HTTP/1.1\r\nHost: x\r\n\r\n')
    download.once('data', () => download.destroy())
    const upload = open(served.target)
    upload.write('POST /api/v0/add2 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
    await until(() => served.node.seen.length === 2)
    upload.destroy()
    await until(() => gone === 2)
    expect(gone).toBe(2)
  })

  it('answers a client that has not sent everything yet, and then takes no more of it', async () => {
    await using served = await serveProxy()
    served.node.on('add2', (_request, response) => response.writeHead(413).end('enough'))
    const raw = 'POST /api/v0/add2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nhalf'
    expect(await send(served.target, { raw })).toMatchObject({ status: 413, body: 'enough' })
  })

  it('passes on that the client may go on', async () => {
    await using served = await serveProxy()
    served.node.on('echo', (request, response) => void request.pipe(response))
    const socket = open(served.target)
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (String(chunk).startsWith('HTTP/1.1 100')) socket.write('hello')
    })
    socket.write(
      'POST /api/v0/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n'
    )
    await new Promise((resolve) => socket.on('end', resolve))
    socket.destroy()
    const [, answer = ''] = Buffer.concat(chunks).toString().split('\r\n\r\nHTTP')
    expect(parse(Buffer.from(`HTTP${answer}`))).toMatchObject({ status: 200, body: 'hello' })
  })
})

describe('the node', () => {
  it('may be at a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proxy-'))
    try {
      await using served = await serveProxy({}, await FakeNode.start({ path: join(folder, 'api') }))
      served.node.on('id', (_request, response) => void response.end('here'))
      expect((await served.ask('id')).body).toBe('here')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('may speak HTTPS, with a certificate that is trusted', async () => {
    const read = (name: string): Promise<Buffer> => readFile(new URL(`../fixtures/tls/${name}`, import.meta.url))
    const tls = { cert: await read('cert.pem'), key: await read('key.pem') }
    const before = getCACertificates('default')
    await using untrusted = await serveProxy({ nodeHttps: true }, await FakeNode.start({ tls }))
    expect((await untrusted.ask('id')).status).toBe(502)
    setDefaultCACertificates([...before, String(tls.cert)])
    try {
      await using served = await serveProxy({ nodeHttps: true }, await FakeNode.start({ tls }))
      served.node.on('id', (_request, response) => void response.end('here'))
      expect(await served.ask('id')).toMatchObject({ status: 200, body: 'here' })
    } finally {
      setDefaultCACertificates(before)
    }
  })
})
