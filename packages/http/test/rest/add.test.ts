import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { ClusterError } from '@ipfs-cluster/api'
import { open, parse } from '../raw-client.ts'
import type { RawAnswer } from '../raw-client.ts'
import { serve, until } from '../serve.ts'
import type { Served } from '../serve.ts'

const TYPE = { 'Content-Type': 'multipart/form-data; boundary=XX' }

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})
beforeEach(() => {
  served.cluster.entries.length = 0
  served.cluster.addParams.length = 0
  served.cluster.failures.clear()
})

function part(name: string, body: string, type = 'application/octet-stream'): string {
  return `--XX\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\nmode: 0755\r\n\r\n${body}\r\n`
}

function add(body: string, query = ''): Promise<RawAnswer> {
  return served.ask({ method: 'POST', path: `/add${query}`, headers: TYPE, body })
}

describe('POST /add', () => {
  it('streams what is added, and closes the connection', async () => {
    const answer = await add(
      `${part('dir', '', 'application/x-directory')}${part('dir%2Fa.txt', 'aaa')}${part('dir%2Fl', 'a.txt', 'application/symlink')}--XX--\r\n`
    )
    expect(answer.status).toBe(200)
    for (const header of [
      ['Cache-Control', 'no-cache'],
      ['Connection', 'close'],
      ['X-Chunked-Output', '1'],
      ['Trailer', 'X-Stream-Error']
    ]) {
      expect(answer.headers).toContainEqual(header)
    }
    expect(answer.trailers).toEqual([])
    expect(answer.body).toMatch(
      /^\{"name":"dir\/a\.txt","cid":"bafkqabtimvwgy3yk","size":3,"allocations":\["12D3KooW\w+"\]\}\n$/
    )
    expect(served.cluster.entries).toEqual([
      { path: 'dir', kind: 'directory', content: '' },
      { path: 'dir/a.txt', kind: 'file', content: 'aaa' },
      { path: 'dir/l', kind: 'symlink', content: 'a.txt' }
    ])
  })

  it('gives one list at the end when asked to', async () => {
    const answer = await add(`${part('1', 'one')}${part('2', 'two')}--XX--\r\n`, '?stream-channels=F')
    expect(answer.framing).toBe('content-length')
    expect((JSON.parse(answer.body) as { name: string }[]).map(({ name }) => name)).toEqual(['1', '2'])
    expect(answer.headers.map(([name]) => name)).not.toContain('Trailer')
  })

  it('reads the options of the Go release', async () => {
    await add(
      `${part('1', 'one')}--XX--\r\n`,
      '?cid-version=1&mode=direct&pin-update=bafkqabtimvwgy3yk&layout=trickle&progress=T&name=n'
    )
    expect(served.cluster.addParams[0]).toMatchObject({
      cidVersion: 1,
      rawLeaves: true,
      mode: 'recursive',
      pinUpdate: null,
      layout: 'trickle',
      progress: true,
      name: 'n',
      chunker: 'size-262144'
    })
  })

  it('puts a failure in the trailer of a stream, and in the status of a list', async () => {
    served.cluster.failures.set('add at the end', new ClusterError('ERR_BAD_REQUEST', 'hash function name not known'))
    const body = `${part('1', 'one')}--XX--\r\n`
    expect(await add(body)).toMatchObject({
      status: 200,
      trailers: [['X-Stream-Error', 'hash function name not known']]
    })
    expect(await add(body, '?stream-channels=false')).toMatchObject({
      status: 500,
      body: '{"code":500,"message":"hash function name not known"}\n'
    })
  })

  it('refuses half a file rather than take it for the whole', async () => {
    const answer = await add(part('fox.txt', 'the quick brown').slice(0, -2))
    expect(answer).toMatchObject({ status: 200, body: '', trailers: [['X-Stream-Error', 'multipart: NextPart: EOF']] })
    expect(served.cluster.entries).toEqual([])
    expect(await add(part('fox.txt', 'the quick'), '?stream-channels=false')).toMatchObject({ status: 500 })
  })

  it('refuses a body without parts', async () => {
    const answer = { status: 400, body: '{"code":400,"message":"multipart: the request body has no parts"}\n' }
    expect(await add('--XX--\r\n')).toMatchObject(answer)
    expect(await add('--XX--\r\n', '?stream-channels=false')).toMatchObject(answer)
  })

  it.each([
    [{ 'Content-Type': 'text/plain' }, "request Content-Type isn't multipart/form-data"],
    [{}, "request Content-Type isn't multipart/form-data"],
    [{ 'Content-Type': 'multipart/form-data' }, 'no multipart boundary param in Content-Type'],
    [{ 'Content-Type': 'nonsense' }, "request Content-Type isn't multipart/form-data"]
  ])('refuses the headers %j', async (headers, message) => {
    const answer = await served.ask({ method: 'POST', path: '/add', headers, body: 'hello' })
    expect(answer).toMatchObject({ status: 400, body: `{"code":400,"message":${JSON.stringify(message)}}\n` })
  })

  it('stops the work when the client goes away', async () => {
    let failure: unknown
    let isReading = false
    served.cluster.add = async function* (entries) {
      isReading = true
      try {
        for await (const { content } of entries) if (content !== undefined) for await (const _ of content);
      } catch (err) {
        failure = err
        throw err
      }
    }
    const socket = open(served.target)
    socket.write(
      `POST /add HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nContent-Type: ${TYPE['Content-Type']}\r\n\r\n${part('x', 'half').slice(0, -2)}`
    )
    await until(() => isReading)
    socket.destroy()
    await until(() => failure !== undefined)
    delete (served.cluster as Partial<Served['cluster']>).add
  })

  it('reads no faster than the cluster takes blocks', async () => {
    let release = (): void => {}
    const blocked = new Promise<void>((resolve) => (release = resolve))
    served.cluster.add = async function* (entries) {
      for await (const { content } of entries) {
        for await (const _ of content!) await blocked
      }
    }
    const socket = open(served.target)
    socket.write(
      `POST /add HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: ${TYPE['Content-Type']}\r\n\r\n`
    )
    const head = part('x', '').slice(0, -2)
    socket.write(`${head.length.toString(16)}\r\n${head}\r\n`)
    const megabyte = `100000\r\n${'x'.repeat(1024 * 1024)}\r\n`
    for (let i = 0; i < 64; i++) socket.write(megabyte)
    // The kernel takes some megabytes; what it does not take waits with the sender.
    let before = -1
    while (socket.writableLength !== before) {
      before = socket.writableLength
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(socket.writableLength).toBeGreaterThan(32 * 1024 * 1024)
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    release()
    const end = '\r\n--XX--\r\n'
    socket.write(`${end.length.toString(16)}\r\n${end}\r\n0\r\n\r\n`)
    await once(socket, 'end')
    socket.destroy()
    expect(parse(Buffer.concat(chunks))).toMatchObject({ status: 200, trailers: [] })
    delete (served.cluster as Partial<Served['cluster']>).add
  })

  it.each([
    [
      'its options are bad',
      '?layout=foo',
      { status: 400, body: '{"code":400,"message":"layout parameter is invalid"}\n' }
    ],
    ['the add fails early', '', { status: 200, trailers: [['X-Stream-Error', 'disk is full']] }]
  ])('lets a client that is still sending read that %s', async (_what, query, expected) => {
    served.cluster.add = async function* (entries) {
      for await (const { content } of entries) {
        for await (const _ of content!) throw new ClusterError('ERR_IPFS', 'disk is full')
      }
    }
    const socket = open(served.target)
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // To be cut off while sending is fine, once the answer is there.
    socket.on('error', () => {})
    const answered = new Promise((resolve) => socket.once('end', resolve).once('close', resolve))
    socket.write(
      `POST /add${query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 50000000\r\nContent-Type: ${TYPE['Content-Type']}\r\n\r\n`
    )
    socket.write(part('x', '').slice(0, -2))
    for (let i = 0; i < 16 && socket.writable; i++) {
      if (!socket.write('x'.repeat(1024 * 1024))) {
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), answered])
      }
    }
    await answered
    socket.destroy()
    expect(parse(Buffer.concat(chunks))).toMatchObject(expected)
    delete (served.cluster as Partial<Served['cluster']>).add
  })
})
