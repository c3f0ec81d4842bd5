import { createServer } from 'node:http'
import { once } from 'node:events'
import { CarBlockIterator } from '@ipld/car'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { hasherOf } from '../../src/adder/hashers.ts'
import { HASH_CODES } from '../../src/ipfs/multicodec.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Handler = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => unknown

export const FAKE_ID = '12D3KooWAk2z2zZL2UeA69uzy7WHGC9JFJ4LHuJy27BhWwGppLXw'

/** A node that speaks the RPC from memory, as far as a connector needs it; any call can be made to misbehave. */
export class FakeKubo {
  readonly #server: Server
  readonly #handlers = new Map<string, Handler>()
  /** Paths with their queries, in the order of the calls. */
  readonly calls: string[] = []
  readonly blocks = new Map<string, Uint8Array>()
  readonly pins = new Map<string, string>()

  private constructor(server: Server) {
    this.#server = server
    this.#addHandlers()
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '', 'http://x')
      const path = url.pathname.replace('/api/v0/', '')
      this.calls.push(path + url.search)
      const handler = this.#handlers.get(path)
      if (handler === undefined) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n')
        return
      }
      Promise.resolve(handler(request, response, url.searchParams)).catch((err: unknown) => {
        if (!response.headersSent) fail(response, err instanceof Error ? err.message : String(err))
      })
    })
  }

  /** @param path - of a Unix socket; a TCP port is chosen when absent */
  static async start(path?: string): Promise<FakeKubo> {
    const server = createServer()
    if (path === undefined) server.listen(0, '127.0.0.1')
    else server.listen(path)
    await once(server, 'listening')
    return new FakeKubo(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get multiaddress(): string {
    return `/ip4/127.0.0.1/tcp/${this.port}`
  }

  /** Answers a call in another way; undefined: the node does not have it. */
  on(path: string, handler: Handler | undefined): void {
    if (handler === undefined) this.#handlers.delete(path)
    else this.#handlers.set(path, handler)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close').catch(() => {})
  }

  #addHandlers(): void {
    this.on('id', (_, response) =>
      json(response, { ID: FAKE_ID, Addresses: [`/ip4/127.0.0.1/tcp/4001/p2p/${FAKE_ID}`] })
    )
    this.on('pin/add', (_, response, query) => {
      const recursive = query.get('recursive') !== 'false'
      this.pins.set(query.get('arg') ?? '', recursive ? 'recursive' : 'direct')
      json(response, { Progress: 1 }, { Progress: 2 }, { Pins: [query.get('arg')] })
    })
    this.on('pin/rm', (_, response, query) => {
      if (this.pins.delete(query.get('arg') ?? '')) json(response, { Pins: [query.get('arg')] })
      else fail(response, 'not pinned or pinned indirectly')
    })
    this.on('pin/update', (_, response, query) => {
      const [from = '', to = ''] = query.getAll('arg')
      if (this.pins.get(from) !== 'recursive') return fail(response, "'from' cid was not recursively pinned already")
      this.pins.set(to, 'recursive')
      return json(response, { Pins: [`/ipfs/${from}`, `/ipfs/${to}`] })
    })
    this.on('pin/ls', (_, response, query) => this.#list(response, query))
    this.on('block/get', (_, response, query) => {
      const data = this.blocks.get(keyOf(CID.parse(query.get('arg') ?? '')))
      return data === undefined
        ? fail(response, 'block was not found locally (offline): ipld: could not find')
        : response.end(data)
    })
    this.on('block/put', async (request, response, query) => {
      const data = await oneFile(request)
      const name = query.get('mhtype') ?? 'sha2-256'
      const digest = Digest.create(HASH_CODES.get(name) ?? 0, hasherOf(name)!.digest(data))
      const cid = CID.createV1(query.get('cid-codec') === 'dag-pb' ? 0x70 : 0x55, digest)
      this.blocks.set(keyOf(cid), data)
      json(response, { Key: cid.toString(), Size: data.length })
    })
    this.on('dag/import', async (request, response, query) => {
      if (request.headers['content-type'] === undefined) return fail(response, "file argument 'path' is required", 400)
      let count = 0
      let bytes = 0
      const roots: CID[] = []
      for (const file of await filesOf(request)) {
        const car = await CarBlockIterator.fromBytes(file)
        roots.push(...(await car.getRoots()))
        for await (const { cid, bytes: data } of car) {
          this.blocks.set(keyOf(cid), data)
          count++
          bytes += data.length
        }
      }
      const pinned = query.get('pin-roots') === 'true' ? roots : []
      for (const root of pinned) this.pins.set(root.toString(), 'recursive')
      const stats = { Stats: { BlockCount: count, BlockBytesCount: bytes } }
      return json(
        response,
        ...pinned.map((root) => ({ Root: { Cid: { '/': root.toString() }, PinErrorMsg: '' } })),
        stats
      )
    })
    this.on('repo/stat', (_, response) => response.end('{"RepoSize":12345,"StorageMax":18446744073709551615}\n'))
    this.on('repo/gc', (_, response) => {
      const keys = [...this.blocks.keys()].map((key) => CID.createV1(0x55, Digest.decode(Buffer.from(key, 'hex'))))
      this.blocks.clear()
      json(response, ...keys.map((cid) => ({ Key: { '/': cid.toString() } })))
    })
    this.on('resolve', (_, response, query) => {
      const path = query.get('arg') ?? ''
      if (path.endsWith('/missing')) return fail(response, 'no link named "missing" under bafkqaaa')
      return json(response, { Path: '/ipfs/bafkqaaa' })
    })
    this.on('swarm/peers', (_, response) =>
      json(response, { Peers: [{ Addr: '/ip4/127.0.0.1/tcp/1', Peer: FAKE_ID }] })
    )
    this.on('swarm/connect', (_, response, query) => {
      if (query.get('arg')?.includes('/tcp/9/')) return fail(response, 'connect failure')
      return json(response, { Strings: ['connect success'] })
    })
    this.on('config/show', (_, response) =>
      json(response, { Datastore: { StorageMax: '10GB', Spec: { type: 'mount' } } })
    )
  }

  #list(response: ServerResponse, query: URLSearchParams): void {
    const arg = query.get('arg')
    if (arg !== null && !this.pins.has(arg)) return fail(response, `path '/ipfs/${arg}' is not pinned`)
    if (arg !== null) return json(response, { Cid: arg, Type: this.pins.get(arg) })
    const pins = [...this.pins].filter(([, type]) => type === query.get('type'))
    return json(response, ...pins.map(([cid, type]) => ({ Cid: cid, Type: type })))
  }
}

/** Answers with JSON, a line for each document. */
export function json(response: ServerResponse, ...documents: unknown[]): void {
  response.setHeader('content-type', 'application/json')
  response.end(documents.map((document) => `${JSON.stringify(document)}\n`).join(''))
}

/** Answers with an error as Kubo words it. */
export function fail(response: ServerResponse, message: string, status = 500): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ Message: message, Code: 0, Type: 'error' }))
}

/** Content of the one file of a multipart body. */
async function oneFile(request: IncomingMessage): Promise<Uint8Array> {
  const [file = new Uint8Array(0)] = await filesOf(request)
  return file
}

async function filesOf(request: IncomingMessage): Promise<Uint8Array[]> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const boundary = /boundary=(.*)/.exec(request.headers['content-type'] ?? '')?.[1] ?? ''
  const files: Uint8Array[] = []
  for (let start = 0; ;) {
    const end = body.indexOf(`--${boundary}`, start)
    if (end < 0) return files
    const content = body.indexOf('\r\n\r\n', start) + 4
    if (start > 0) files.push(body.subarray(content, end - 2))
    start = end + boundary.length + 2
  }
}

function keyOf(cid: CID): string {
  return Buffer.from(cid.multihash.bytes).toString('hex')
}
