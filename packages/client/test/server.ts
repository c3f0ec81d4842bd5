import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createRawServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { FreePorts } from '../../daemon/src/free-ports.ts'

/** A server that a test controls, gone when it is disposed of. */
export interface TestServer extends AsyncDisposable {
  readonly port: number
  /** Multiaddress of the server. */
  readonly host: string
}

/** Answers a request; what it throws shows in the test as an answer that never comes. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

export async function serve(answer: Answer, tls?: string): Promise<TestServer> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response)
  const server = tls === undefined ? createServer(listener) : createTlsServer({ key: tls, cert: tls }, listener)
  return listen(server, () => server.closeAllConnections())
}

/** A server below HTTP: says what it is told to, byte for byte, once it has been sent something. */
export async function serveRaw(answer: (socket: Socket) => void): Promise<TestServer> {
  const sockets = new Set<Socket>()
  const server = createRawServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => answer(socket))
  })
  return listen(server as unknown as Server, () => sockets.forEach((socket) => socket.destroy()))
}

/** A port on which nobody listens: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  await using ports = new FreePorts()
  return await ports.tcp()
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** Answers as the streams of the API do: a document a line, the error in the trailer. */
export function sendStream(response: ServerResponse, documents: readonly unknown[], error = ''): void {
  response.writeHead(200, { 'content-type': 'application/json', trailer: 'X-Stream-Error' })
  for (const document of documents) response.write(`${JSON.stringify(document)}\n`)
  response.addTrailers({ 'X-Stream-Error': error })
  response.end()
}

export function sendJson(response: ServerResponse, document: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(document)}\n`)
}

async function listen(server: Server, drop: () => void): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    host: `/ip4/127.0.0.1/tcp/${port}`,
    async [Symbol.asyncDispose]() {
      drop()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
