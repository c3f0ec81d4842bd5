import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An HTTP server that answers in the way of a peer with what it was given, gone when it is disposed of. */
export interface CannedPeer extends AsyncDisposable {
  readonly port: number
  /** Multiaddress of the server. */
  readonly host: string
  /** What was asked, in order: `GET /id`. */
  readonly asked: readonly string[]
  /** The bodies of what was asked, in the same order. */
  readonly bodies: readonly string[]
}

/** An answer: documents of a stream, one document, or whatever a function does. */
export type Canned =
  | { readonly stream: readonly unknown[]; readonly error?: string }
  | { readonly document: unknown; readonly status?: number }
  | ((request: IncomingMessage, response: ServerResponse) => void)

/** @param answer - by method and path with its query */
export async function cannedPeer(answer: (request: string) => Canned): Promise<CannedPeer> {
  const asked: string[] = []
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const index = asked.push(`${request.method} ${request.url}`) - 1
    bodies.push('')
    request.on('data', (chunk: Buffer) => (bodies[index] += chunk.toString()))
    // What is added is read to its end, as a peer does before its last word.
    request.on('end', () => send(answer(`${request.method} ${request.url}`), request, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    host: `/ip4/127.0.0.1/tcp/${port}`,
    asked,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

function send(canned: Canned, request: IncomingMessage, response: ServerResponse): void {
  if (typeof canned === 'function') {
    canned(request, response)
    return
  }
  if ('document' in canned) {
    response.writeHead(canned.status ?? 200, { 'content-type': 'application/json' })
    response.end(toText(canned.document))
    return
  }
  const { stream, error = '' } = canned
  if (stream.length === 0 && error === '') {
    response.writeHead(204).end()
    return
  }
  response.writeHead(200, { trailer: 'X-Stream-Error' })
  for (const document of stream) response.write(toText(document))
  response.addTrailers({ 'X-Stream-Error': error })
  response.end()
}

/** A text stands for a document that is written already. */
function toText(document: unknown): string {
  return `${typeof document === 'string' ? document : JSON.stringify(document)}\n`
}
