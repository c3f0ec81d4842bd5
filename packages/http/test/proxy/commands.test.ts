import { describe, expect, it } from '@jest/globals'
import { ClusterError, defaultPinOptions, pinWithOptions } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import { decodePin } from '@ipfs-cluster/core/codec'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { hostAndPort, header, serveProxy } from './serve-proxy.ts'
import type { ServedProxy } from './serve-proxy.ts'

const HELLO = 'bafkqabtimvwgy3yk'
const OTHER = cidOf('other').toString()

/** The CID that holds a text in itself. */
function cidOf(text: string): CID {
  return CID.createV1(raw.code, identity.digest(new TextEncoder().encode(text)))
}

function put({ cluster }: ServedProxy, cid: string, options: Partial<Pin> = {}): void {
  cluster.put(pinWithOptions(CID.parse(cid), { ...defaultPinOptions(), ...options }))
}

function stored({ cluster }: ServedProxy, cid: string): Pin {
  return decodePin(cluster.stored.get(cid)!.value)
}

function upload(content: string, name = 'file'): { headers: Record<string, string>; body: string } {
  return {
    headers: { 'Content-Type': 'multipart/form-data; boundary=B' },
    body: `--B\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${content}\r\n--B--\r\n`
  }
}

describe('pin/add', () => {
  it.each([
    ['', 'recursive'],
    ['&recursive=true', 'recursive'],
    ['&recursive=false', 'direct'],
    ['&type=direct', 'direct'],
    ['&type=other', 'recursive']
  ])('with "%s" makes a %s pin', async (query, mode) => {
    await using served = await serveProxy()
    const answer = await served.ask(`pin/add?arg=${HELLO}&name=a%20name${query}`)
    expect(answer).toMatchObject({ status: 200, body: `{"Pins":["${HELLO}"]}\n` })
    expect(stored(served, HELLO)).toMatchObject({ mode, name: 'a name' })
  })

  it('tells of a failure in the words of Kubo', async () => {
    await using served = await serveProxy()
    served.cluster.failures.set('pin', new ClusterError('ERR_NOT_ENOUGH_PEERS', 'too few "peers"'))
    expect(await served.ask(`pin/add?arg=${HELLO}`)).toMatchObject({
      status: 500,
      body: '{"Message":"too few \\"peers\\"","Code":0,"Type":"error"}\n'
    })
  })
})

describe('pin/update', () => {
  it('of a pin by itself keeps it', async () => {
    await using served = await serveProxy()
    put(served, HELLO, { name: 'kept' })
    const answer = await served.ask(`pin/update?arg=${HELLO}&arg=/ipfs/${HELLO}`)
    expect(answer).toMatchObject({ status: 200, body: `{"Pins":["${HELLO}","${HELLO}"]}\n` })
    expect(stored(served, HELLO).name).toBe('kept')
  })

  it.each([
    ['', false],
    ['&unpin=true', false],
    ['&unpin=false', true]
  ])('with "%s" keeps the old pin: %s', async (query, isKept) => {
    await using served = await serveProxy()
    put(served, HELLO)
    expect((await served.ask(`pin/update?arg=${HELLO}&arg=${OTHER}${query}`)).status).toBe(200)
    expect(served.cluster.stored.has(HELLO)).toBe(isKept)
    expect(served.cluster.stored.has(OTHER)).toBe(true)
  })
})

describe('pin/ls', () => {
  async function filled(): Promise<ServedProxy> {
    const served = await serveProxy()
    put(served, HELLO, { name: 'hello "you"' })
    put(served, OTHER, { mode: 'direct' })
    return served
  }

  it.each([
    ['', `{"Keys":{"${OTHER}":{"Type":"direct"},"${HELLO}":{"Type":"recursive"}}}\n`],
    ['?type=all', `{"Keys":{"${OTHER}":{"Type":"direct"},"${HELLO}":{"Type":"recursive"}}}\n`],
    ['?type=direct', `{"Keys":{"${OTHER}":{"Type":"direct"}}}\n`],
    ['?type=recursive&stream=true', `{"Cid":"${HELLO}","Type":"recursive"}\n`],
    ['?type=indirect', '{"Keys":{}}\n'],
    ['?type=indirect&s=true', ''],
    [
      '?names=true',
      `{"Keys":{"${OTHER}":{"Type":"direct"},"${HELLO}":{"Name":"hello \\"you\\"","Type":"recursive"}}}\n`
    ],
    ['?name=you&stream=true', `{"Cid":"${HELLO}","Name":"hello \\"you\\"","Type":"recursive"}\n`],
    [`?arg=${OTHER}`, `{"Keys":{"${OTHER}":{"Type":"direct"}}}\n`],
    [`?arg=${OTHER}&type=direct&stream=true`, `{"Cid":"${OTHER}","Type":"direct"}\n`],
    [`?arg=/ipfs/${HELLO}`, `{"Keys":{"${HELLO}":{"Type":"recursive"}}}\n`]
  ])('%s', async (query, body) => {
    await using served = await filled()
    expect(await served.ask(`pin/ls${query}`)).toMatchObject({ status: 200, body })
  })

  it.each([
    [`?arg=${OTHER}&type=recursive`, `Error: path '${OTHER}' is not pinned`],
    ['?type=odd', "invalid type 'odd', must be one of {direct, indirect, recursive, all}"]
  ])('%s is an error', async (query, message) => {
    await using served = await filled()
    const answer = await served.ask(`pin/ls${query}`)
    expect(answer.status).toBe(500)
    expect(JSON.parse(answer.body)).toEqual({ Message: message, Code: 0, Type: 'error' })
  })

  it('gives a long list in chunks, whose end cannot be missed', async () => {
    await using served = await serveProxy()
    for (let i = 0; i < 5000; i++) put(served, cidOf(`pin ${i}`).toString())
    const answer = await served.ask('pin/ls')
    expect(answer.framing).toBe('chunked')
    const { Keys } = JSON.parse(answer.body) as { Keys: Record<string, unknown> }
    expect(Object.keys(Keys)).toHaveLength(5000)

    const batches = [...served.cluster.stored.values()]
    served.cluster.streams.set('listStored', async function* () {
      yield batches
      throw new Error('the disk is gone')
    })
    await expect(served.ask('pin/ls')).rejects.toThrow('cut off')
    expect((await served.ask('pin/ls?stream=true')).trailers).toEqual([['X-Stream-Error', 'the disk is gone']])
  })

  it('that fails at its start is an error', async () => {
    await using served = await serveProxy()
    served.cluster.streams.set('listStored', () => {
      throw new Error('the disk is gone')
    })
    expect((await served.ask('pin/ls')).status).toBe(500)
  })
})

describe('add', () => {
  it('takes options by the names that Kubo has for them', async () => {
    await using served = await serveProxy()
    const answer = await served.ask('add?trickle=true&pin=false&pin-name=n', upload('hello\n', 'a%20b'))
    expect(answer).toMatchObject({ status: 200, body: `{"Name":"a b","Hash":"${HELLO}","Size":"6"}\n` })
    expect(served.cluster.addParams).toMatchObject([{ layout: 'trickle', noPin: true, name: 'n' }])
  })

  it('with only-hash is refused, and nothing is done', async () => {
    await using served = await serveProxy()
    expect((await served.ask('add?only-hash=true', upload('hello\n'))).status).toBe(500)
    expect(served.cluster.calls).toEqual([])
  })

  it('that is cut off adds nothing', async () => {
    await using served = await serveProxy()
    const whole = upload('hello\n')
    const answer = await served.ask('add', { ...whole, body: whole.body.slice(0, -6) })
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.trailers).toEqual([['X-Stream-Error', 'multipart: NextPart: EOF']])
    expect(served.cluster.entries).toEqual([])
  })
})

describe('repo/stat', () => {
  it('has the sizes of the cluster, and what else clients read from the node', async () => {
    await using served = await serveProxy()
    served.node.on('repo/stat', (_request, response) =>
      response.end('{"RepoSize":1,"StorageMax":2,"NumObjects":3,"RepoPath":"/r","Version":"fs-repo@18"}')
    )
    const sizes = '"RepoSize":100,"StorageMax":10000000000'
    const whole = `{${sizes},"NumObjects":3,"RepoPath":"/r","Version":"fs-repo@18"}\n`
    expect((await served.ask('repo/stat')).body).toBe(whole)
    expect((await served.ask('repo/stat?size-only=true')).body).toBe(`{${sizes}}\n`)
  })

  it('does without a node that is down', async () => {
    await using served = await serveProxy()
    await served.node[Symbol.asyncDispose]()
    expect(JSON.parse((await served.ask('repo/stat')).body)).toMatchObject({ NumObjects: 0, RepoPath: '', Version: '' })
  })
})

describe('repo/gc', () => {
  it('tells errors where it is asked to', async () => {
    await using served = await serveProxy()
    const keys = [
      { key: CID.parse(HELLO), error: '' },
      { key: null, error: 'no' },
      { key: CID.parse(HELLO), error: 'never' }
    ]
    const gc = { peer: 'p', peername: 'n', keys, error: '' }
    served.cluster.repoGc = async () => ({ peerMap: { p: gc, q: { ...gc, keys: [], error: 'down' } } })
    const line = `{"Key":{"/":"${HELLO}"}}\n`
    expect(await served.ask('repo/gc')).toMatchObject({
      body: `${line}{"Key":null}\n${line}`,
      trailers: [['X-Stream-Error', 'no; never;']]
    })
    expect(await served.ask('repo/gc?stream-errors=true')).toMatchObject({
      body: `${line}{"Key":null,"Error":"no"}\n{"Key":{"/":"${HELLO}"},"Error":"never"}\n`,
      trailers: []
    })
  })
})

describe('block/put and dag/put with pin=true', () => {
  it('are done by the node, and pinned in the cluster', async () => {
    await using served = await serveProxy()
    served.node.on('block/put', (request, response) => {
      request.resume().on('end', () => response.end(`{"Key":"${HELLO}","Size":6}\n{"Key":"${OTHER}","Size":5}`))
    })
    served.node.on('dag/put', (request, response) => {
      request.resume().on('end', () => response.end(`{"Cid":{"/":"${HELLO}"}}\n`))
    })
    const blocks = await served.ask('block/put?pin=true&mhtype=identity', upload('x'))
    expect(blocks.body).toBe(`{"Key":"${HELLO}","Size":6}\n{"Key":"${OTHER}","Size":5}\n`)
    expect([...served.cluster.stored.keys()].sort()).toEqual([HELLO, OTHER].sort())
    expect((await served.ask('dag/put?pin=true&x=y', upload('x'))).body).toBe(`{"Cid":{"/":"${HELLO}"}}\n`)
    const urls = served.node.seen.map(({ url }) => url)
    expect(urls).toContain('/api/v0/block/put?pin=true&mhtype=identity')
    expect(urls).toContain('/api/v0/dag/put?pin=false&x=y')
  })

  it('tell of each that could not be pinned, up to a number', async () => {
    await using served = await serveProxy()
    served.cluster.failures.set('pin', new Error('no room'))
    served.node.on('block/put', (request, response) => {
      request.resume().on('end', () => response.end(`{"Key":"${HELLO}","Size":6}\n`.repeat(20)))
    })
    const answer = await served.ask('block/put?pin=true', upload('x'))
    expect(answer.body.split('\n')).toHaveLength(21)
    const expected = [...Array.from({ length: 16 }, () => 'no room'), 'and 4 more']
    expect(answer.trailers).toEqual(expected.map((text) => ['X-Stream-Error', text]))
  })

  it('pass on what the node refuses, and say that it is away', async () => {
    await using served = await serveProxy()
    served.node.on('block/put', (request, response) => {
      request.resume().on('end', () => response.writeHead(418).end('no'))
    })
    const refused = await served.ask('block/put?pin=true', upload('x'))
    expect(refused).toMatchObject({ status: 418, body: 'no' })
    expect(header(refused, 'server')).toMatch(/^ipfs-cluster/)
    const address = hostAndPort(served.node)
    await served.node[Symbol.asyncDispose]()
    const { status, body } = await served.ask('block/put?pin=true', upload('x'))
    expect(status).toBe(500)
    expect(JSON.parse(body)).toMatchObject({ Message: `dial tcp ${address}: connect: connection refused` })
  })

  it('tell when the node breaks off', async () => {
    await using served = await serveProxy()
    served.node.on('block/put', (request, response) => {
      request.resume().on('end', () => {
        response.write(`{"Key":"${HELLO}","Size":6}\n`)
        setImmediate(() => response.destroy())
      })
    })
    const { trailers } = await served.ask('block/put?pin=true', upload('x'))
    expect(trailers).toHaveLength(1)
    expect(trailers?.[0]?.[0]).toBe('X-Stream-Error')
  })
})
