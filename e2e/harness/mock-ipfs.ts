import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { base58btc } from 'multiformats/bases/base58'

/** An IPFS node that pins whatever it is told to at once, so that what is measured is the cluster. */
export interface MockIpfs {
  port: number
  /** Number of pins. */
  readonly pinned: number
  /** Pins these at once. */
  hold(cids: Iterable<string>): void
  stop(): Promise<void>
}

interface Call {
  command: string
  query: URLSearchParams
  /** The first `arg`, without the `/ipfs/` before it. */
  cid: string
}

type Pins = Map<string, 'recursive' | 'direct'>

/** Characters that are written together. */
const TEXT_LENGTH = 64 * 1024

/** Bytes before an Ed25519 key in a peer ID. */
const ID_PREFIX = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20]

/** Starts the mock on a port of 127.0.0.1, a free one when none is given. Its pins are kept in memory. */
export async function startMockIpfs(port = 0): Promise<MockIpfs> {
  const pins: Pins = new Map()
  const id = base58btc.baseEncode(Buffer.from([...ID_PREFIX, ...randomBytes(32)]))
  const server = createServer((request, response) => {
    request.resume()
    request.once('end', () => answer(readCall(request), response, pins, id))
  })
  server.keepAliveTimeout = 60_000
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get pinned() {
      return pins.size
    },
    hold: (cids) => {
      for (const cid of cids) pins.set(cid, 'recursive')
    },
    stop: async () => await stop(server)
  }
}

function readCall(request: IncomingMessage): Call {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  return {
    command: url.pathname.replace('/api/v0/', ''),
    query: url.searchParams,
    cid: bare(url.searchParams.get('arg') ?? '')
  }
}

function bare(path: string): string {
  return path.replace(/^\/ipfs\//, '')
}

function answer(call: Call, response: ServerResponse, pins: Pins, id: string): void {
  const { cid, query } = call
  const json = (value: unknown, status = 200): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(`${JSON.stringify(value)}\n`)
  }
  switch (call.command) {
    case 'id':
      return json({ ID: id, Addresses: [], AgentVersion: 'mock', ProtocolVersion: '' })
    case 'version':
      return json({ Version: '0.40.0', Commit: '', Repo: '18', System: '', Golang: '' })
    case 'pin/add':
      pins.set(cid, query.get('recursive') === 'false' ? 'direct' : 'recursive')
      return json({ Pins: [cid] })
    case 'pin/update':
      pins.set(bare(query.getAll('arg')[1] ?? ''), 'recursive')
      return json({ Pins: query.getAll('arg') })
    case 'pin/rm':
      return pins.delete(cid) ? json({ Pins: [cid] }) : json(failure('not pinned or pinned indirectly'), 500)
    case 'pin/ls':
      return cid === '' ? listPins(call, response, pins) : lookUp(call, pins, json)
    case 'repo/stat':
      return json({ RepoSize: 0, StorageMax: 10_000_000_000, NumObjects: 0 })
    case 'swarm/peers':
      return json({ Peers: [] })
    case 'swarm/connect':
      return json({ Strings: [`connect ${cid} success`] })
    case 'config':
      return json({ Key: cid, Value: 10_000_000_000 })
    default:
      return json(failure(`command not found: ${call.command}`), 404)
  }
}

function lookUp({ cid, query }: Call, pins: Pins, json: (value: unknown, status?: number) => void): void {
  const type = pins.get(cid)
  if (type === undefined || !isWanted(type, query)) return json(failure(`path '${cid}' is not pinned`), 500)
  // As a Kubo does: asked for a stream it names the CID beside the type, else in a map of all there are.
  json(query.get('stream') === 'true' ? { Cid: cid, Type: type } : { Keys: { [cid]: { Type: type } } })
}

function listPins({ query }: Call, response: ServerResponse, pins: Pins): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'X-Chunked-Output': '1' })
  // A peer that goes away while it lists is no failure of the mock.
  pipeline(Readable.from(pinLines(query, pins)), response).catch(() => {})
}

/** Many lines to a text: a million writes at once are more than a socket takes. */
function* pinLines(query: URLSearchParams, pins: Pins): Generator<string> {
  let text = ''
  for (const [cid, type] of pins) {
    if (!isWanted(type, query)) continue
    text += `{"Cid":"${cid}","Type":"${type}"}\n`
    if (text.length < TEXT_LENGTH) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

function isWanted(type: string, query: URLSearchParams): boolean {
  const wanted = query.get('type') ?? 'all'
  return wanted === 'all' || wanted === type
}

function failure(message: string): object {
  return { Message: message, Code: 0, Type: 'error' }
}

async function stop(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
