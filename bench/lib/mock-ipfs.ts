import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An IPFS node that pins whatever it is told to at once, so that what is measured is the cluster. */
export interface MockIpfs {
  port: number
  stop(): Promise<void>
}

const ID = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'

/** Starts the mock on a free port of 127.0.0.1. Its pins are kept in memory. */
export async function startMockIpfs(): Promise<MockIpfs> {
  const pins = new Set<string>()
  const server = createServer((request, response) => {
    request.resume()
    request.once('end', () => answer(request, response, pins))
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, stop: async () => await stop(server) }
}

function answer(request: IncomingMessage, response: ServerResponse, pins: Set<string>): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const cid = (url.searchParams.get('arg') ?? '').replace(/^\/ipfs\//, '')
  const json = (value: unknown, status = 200): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(`${JSON.stringify(value)}\n`)
  }
  switch (url.pathname.replace('/api/v0/', '')) {
    case 'id':
      return json({ ID, Addresses: [], AgentVersion: 'mock', ProtocolVersion: '' })
    case 'version':
      return json({ Version: '0.40.0', Commit: '', Repo: '18', System: '', Golang: '' })
    case 'pin/add':
      pins.add(cid)
      return json({ Pins: [cid] })
    case 'pin/rm':
      return pins.delete(cid) ? json({ Pins: [cid] }) : json(failure('not pinned or pinned indirectly'), 500)
    case 'pin/ls':
      return listPins(response, url, cid, pins)
    case 'repo/stat':
      return json({ RepoSize: 0, StorageMax: 10_000_000_000, NumObjects: 0 })
    case 'swarm/peers':
      return json({ Peers: [] })
    case 'config':
      return json({ Key: cid, Value: 10_000_000_000 })
    default:
      return json(failure(`command not found: ${url.pathname}`), 404)
  }
}

function listPins(response: ServerResponse, url: URL, cid: string, pins: Set<string>): void {
  if (cid !== '') {
    const found = pins.has(cid)
    response.writeHead(found ? 200 : 500, { 'Content-Type': 'application/json' })
    const body = found ? { Keys: { [cid]: { Type: 'recursive' } } } : failure(`path '${cid}' is not pinned`)
    response.end(`${JSON.stringify(body)}\n`)
    return
  }
  response.writeHead(200, { 'Content-Type': 'application/json', 'X-Chunked-Output': '1' })
  if (url.searchParams.get('type') !== 'direct') {
    for (const pin of pins) response.write(`{"Cid":"${pin}","Type":"recursive"}\n`)
  }
  response.end()
}

function failure(message: string): object {
  return { Message: message, Code: 0, Type: 'error' }
}

async function stop(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
