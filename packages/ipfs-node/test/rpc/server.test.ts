import { request } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { form, lines, startNode } from '../helpers.ts'

const MISSING = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'

/** Trailers are told only by the plain client. */
async function trailersOf(url: string): Promise<NodeJS.Dict<string>> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST' }, (response) => {
      response.resume().on('end', () => resolve(response.trailers))
    })
    call.on('error', reject).end()
  })
}

describe('the RPC over HTTP', () => {
  it('takes POST only, and only what it knows', async () => {
    const { api, post } = await startNode()
    const got = await fetch(`${api}/id`)
    expect([got.status, got.headers.get('allow'), await got.text()]).toEqual([
      405,
      'OPTIONS, POST',
      '405 - Method Not Allowed\n'
    ])
    const unknown = await post('no/such/command')
    expect([unknown.status, await unknown.text()]).toEqual([404, '404 page not found\n'])
    expect((await fetch(`${api}/id`, { method: 'OPTIONS' })).status).toBe(204)
  })

  it('refuses pages of others, and takes those of this machine', async () => {
    const { post, api } = await startNode()
    const port = new URL(api).port
    const status = async (headers: Record<string, string>): Promise<number> => (await post('id', { headers })).status
    expect(await status({ Origin: 'https://evil.example' })).toBe(403)
    expect(await status({ Referer: 'https://evil.example/page' })).toBe(403)
    expect(await status({ Origin: 'null' })).toBe(403)
    expect(await status({ 'User-Agent': 'Mozilla/5.0' })).toBe(403)
    expect(await status({ Origin: `http://127.0.0.1:${port}` })).toBe(200)
    expect(await status({ Referer: `http://localhost:${port}/x` })).toBe(200)
    expect(await status({ 'User-Agent': 'curl/8' })).toBe(200)
  })

  it('answers in the forms of Kubo', async () => {
    const { post } = await startNode()
    const single = await post('version')
    expect(single.headers.get('content-type')).toBe('application/json')
    expect(single.headers.get('x-chunked-output')).toBeNull()
    expect(single.headers.get('trailer')).toBe('X-Stream-Error')
    const [added] = await lines(await post('add', { body: form({ 'a.txt': 'hello\n' }) }))
    expect(added).toEqual({ Name: 'a.txt', Hash: 'QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN', Size: '14' })
    const many = await post('add', { body: form({ 'a.txt': 'hello\n' }) })
    expect(many.headers.get('x-chunked-output')).toBe('1')
    const stream = await post(`cat?arg=${String(added?.['Hash'])}`)
    expect(stream.headers.get('x-stream-output')).toBe('1')
    expect(stream.headers.get('x-content-length')).toBe('6')
    expect(await stream.text()).toBe('hello\n')
  })

  it('tells of errors before and after the first byte', async () => {
    const { post, api, client } = await startNode()
    const early = await post(`cat?arg=${MISSING}`)
    expect(early.status).toBe(500)
    expect(await early.json()).toEqual({
      Message: `block was not found locally (offline): ipld: could not find ${MISSING}`,
      Code: 0,
      Type: 'error'
    })
    // A file whose second half is missing.
    const { cid } = await client.add(
      new Uint8Array(200_000).map((_, i) => i >> 9),
      { chunker: 'size-100000', rawLeaves: true, pin: false }
    )
    const links: string[] = []
    for await (const { ref } of client.refs(cid)) links.push(ref)
    for await (const { error } of client.block.rm(links[1] as never)) expect(error ?? null).toBeNull()
    const trailers = await trailersOf(`${api}/cat?arg=${cid.toString()}`)
    expect(trailers['x-stream-error']).toContain(`could not find ${links[1]}`)
  })

  it('checks arguments and options as Kubo does', async () => {
    const { post } = await startNode()
    const text = async (path: string, init?: RequestInit): Promise<[number, string]> => {
      const response = await post(path, init)
      return [response.status, (await response.text()).trim()]
    }
    expect(await text('pin/add')).toEqual([400, 'argument "ipfs-path" is required'])
    expect(await text('add')).toEqual([400, "file argument 'path' is required"])
    expect(await text('pin/ls?stream=maybe')).toEqual([
      400,
      'could not convert value "maybe" to type "bool" (for option "-stream")'
    ])
    expect(await text('cat?arg=x&offset=y')).toEqual([
      400,
      'could not convert value "y" to type "int" (for option "-offset")'
    ])
    const [status, body] = await text(`pin/ls?arg=${MISSING}`)
    expect([status, JSON.parse(body)]).toEqual([
      500,
      { Message: `path '${MISSING}' is not pinned`, Code: 0, Type: 'error' }
    ])
    expect((await text(`pin/ls?type=odd`))[1]).toContain('must be one of {direct, indirect, recursive, all}')
    expect((await text(`pin/rm?arg=${MISSING}`))[1]).toContain('not pinned or pinned indirectly')
    expect((await text('add?hash=foo', { body: form({ a: 'a' }) }))[1]).toContain(
      'unrecognized hash function: \\"foo\\"'
    )
  })

  it('lists pins as one document or as lines', async () => {
    const { post, client } = await startNode()
    expect(await (await post('pin/ls')).json()).toEqual({})
    const { cid } = await client.add('x')
    await client.pin.add(cid, { name: 'n' })
    expect(await (await post('pin/ls?names=true')).json()).toEqual({
      Keys: { [cid.toString()]: { Type: 'recursive', Name: 'n' } }
    })
    expect(await (await post('pin/ls')).json()).toEqual({ Keys: { [cid.toString()]: { Type: 'recursive', Name: '' } } })
    expect(await lines(await post('pin/ls?stream=true&type=recursive'))).toEqual([
      { Cid: cid.toString(), Type: 'recursive' }
    ])
    expect(await lines(await post(`pin/ls?stream=true&arg=${cid.toString()}&type=recursive`))).toHaveLength(1)
    expect(await lines(await post('pin/ls?stream=true&name=other'))).toEqual([])
  })

  it('writes CIDs in the base that was asked for', async () => {
    const { post } = await startNode()
    const hash = async (query: string): Promise<unknown> =>
      (await lines(await post(`add?${query}`, { body: form({ f: 'hello\n' }) })))[0]?.['Hash']
    expect(String(await hash('cid-base=base32'))).toMatch(/^bafybei/)
    expect(String(await hash('cid-base=base36'))).toMatch(/^k/)
    expect(await hash('cid-base=base58btc')).toBe('QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN')
  })

  it('takes blocks in a stream, as a cluster sends them', async () => {
    const { post } = await startNode()
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`b${i}`, `block ${i}`]))
    const query = 'cid-codec=dag-pb&mhtype=sha2-256&mhlen=32&pin=false&allow-big-block=true'
    const put = await lines(await post(`block/put?${query}`, { body: form(files) }))
    expect(put).toHaveLength(40)
    expect(put.every(({ Key }) => String(Key).startsWith('bafybei'))).toBe(true)
    const big = await post('block/put', { body: form({ big: new Uint8Array((2 << 20) + 1) }) })
    expect(await big.json()).toMatchObject({ Message: expect.stringContaining('produced block is over 2MiB') })
  })

  it('refuses blocks that are not what their CID says', async () => {
    const { client, post } = await startNode()
    const { cid } = await client.add('genuine', { rawLeaves: true, cidVersion: 1 })
    const pieces: Uint8Array[] = []
    for await (const piece of client.dag.export(cid)) pieces.push(piece)
    const car = Buffer.concat(pieces)
    car[car.length - 1] = (car[car.length - 1] ?? 0) ^ 1
    const response = await post('dag/import', { body: form({ 'f.car': car }) })
    expect(response.status).toBe(500)
    const { Message } = (await response.json()) as { Message: string }
    expect(Message).toContain(`import failed at block "${cid.toString()}"`)
    const rubbish = await post('dag/import', { body: form({ 'f.car': 'no car at all' }) })
    expect(await rubbish.json()).toMatchObject({ Message: expect.stringContaining('import failed') })
  })

  it('finds names in directories that are spread over many blocks', async () => {
    const { client, gateway } = await startNode()
    const files = Array.from({ length: 2800 }, (_, i) => ({
      path: `big/a rather long name so that the directory is split into shards ${i}`,
      content: new Uint8Array([i & 255, i >> 8])
    }))
    let root = ''
    for await (const { path, cid } of client.addAll(files)) if (path === 'big') root = cid.toString()
    const name = 'a rather long name so that the directory is split into shards 2345'
    const found: Uint8Array[] = []
    for await (const piece of client.cat(`${root}/${name}`)) found.push(piece)
    expect(Buffer.concat(found)).toEqual(Buffer.from([2345 & 255, 2345 >> 8]))
    const names: string[] = []
    for await (const entry of client.ls(root)) names.push(entry.name)
    expect(names).toHaveLength(2800)
    expect((await fetch(`${gateway}/ipfs/${root}/none`)).status).toBe(404)
  })
})

describe('smaller commands', () => {
  it('measure DAGs and files', async () => {
    const { post, client } = await startNode()
    const { cid } = await client.add(new Uint8Array(1000), { chunker: 'size-100', rawLeaves: true })
    const [stat] = await lines(await post(`dag/stat?arg=${cid.toString()}`))
    expect(stat).toMatchObject({ UniqueBlocks: 2, DagStats: [{ Cid: cid.toString(), NumBlocks: 2 }] })
    const file = (await (await post(`files/stat?arg=/ipfs/${cid.toString()}`)).json()) as Record<string, unknown>
    expect(file).toMatchObject({ Hash: cid.toString(), Size: 1000, Blocks: 10, Type: 'file' })
    expect(file['CumulativeSize']).toBeGreaterThan(1000)
  })

  it('follow paths, into blocks too', async () => {
    const { post, client } = await startNode()
    const cid = await client.dag.put({ a: { b: [1, { c: 'deep' }] } })
    const resolved = await post(`dag/resolve?arg=${cid.toString()}/a/b`)
    expect(await resolved.json()).toEqual({ Cid: { '/': cid.toString() }, RemPath: 'a/b' })
    expect(await (await post(`dag/get?arg=${cid.toString()}/a/b/1`)).text()).toBe('{"c":"deep"}')
    const none = await post(`dag/get?arg=${cid.toString()}/a/x`)
    expect(await none.json()).toMatchObject({ Message: `no link named "x" under ${cid.toString()}` })
    expect(await (await post('resolve?arg=/ipns/example.com')).json()).toMatchObject({
      Message: "this action must be run in online mode, try running 'ipfs daemon' first"
    })
    expect(await (await post(`resolve/${cid.toString()}`)).json()).toEqual({ Path: `/ipfs/${cid.toString()}` })
  })

  it('keep a connection through uploads', async () => {
    const { api } = await startNode()
    const response = await fetch(`${api}/add`, { method: 'POST', body: form({ f: 'x' }) })
    expect(response.headers.get('connection')).toBe('keep-alive')
    await response.text()
  })

  it('tell a failed import of a root from a good one', async () => {
    const [from, to] = [await startNode(), await startNode()]
    const leaf = await from.client.dag.put({ leaf: true })
    const root = await from.client.dag.put({ leaf })
    const pieces: Uint8Array[] = []
    for await (const piece of from.client.dag.export(root)) pieces.push(piece)
    const car = Buffer.concat(pieces)
    const rootOnly = car.subarray(0, car.length - (1 + leaf.bytes.length + 7))
    const answers = await lines(await to.post('dag/import?stats=true', { body: form({ 'r.car': rootOnly }) }))
    expect(answers).toEqual([
      {
        Root: {
          Cid: { '/': root.toString() },
          PinErrorMsg: expect.stringContaining(`could not find ${leaf.toString()}`)
        }
      },
      { Stats: { BlockCount: 1, BlockBytesCount: expect.any(Number) } }
    ])
    const whole = await lines(await to.post('dag/import', { body: form({ 'r.car': car }) }))
    expect(whole).toEqual([{ Root: { Cid: { '/': root.toString() }, PinErrorMsg: '' } }])
    const cut = await to.post('dag/import', { body: form({ 'r.car': car.subarray(0, car.length - 3) }) })
    expect(await cut.json()).toMatchObject({ Message: expect.stringContaining('import failed') })
  })
})
