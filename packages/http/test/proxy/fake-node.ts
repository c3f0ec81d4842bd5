import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** Origin whose pages the fake node lets in. */
export const FRIEND = 'http://friend.example'

/** A request as the fake node has seen it. */
export interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
}

/** What stands for a Kubo behind the proxy: answers preflights as Kubo does, and the rest as it is told. */
export class FakeNode implements AsyncDisposable {
  readonly seen: Seen[] = []
  readonly #server: Server
  readonly #answers = new Map<string, RequestListener>()

  private constructor(tls?: { cert: Buffer; key: Buffer }) {
    const listener: RequestListener = (request, response) => this.#answer(request, response)
    this.#server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  }

  static async start(options: { path?: string; tls?: { cert: Buffer; key: Buffer } } = {}): Promise<FakeNode> {
    const node = new FakeNode(options.tls)
    if (options.path === undefined) node.#server.listen(0, '127.0.0.1')
    else node.#server.listen(options.path)
    await once(node.#server, 'listening')
    return node
  }

  get multiaddr(): string {
    const address = this.#server.address() as AddressInfo | string
    return typeof address === 'string' ? `/unix${address}` : `/ip4/127.0.0.1/tcp/${address.port}`
  }

  /** What to answer to a path below `/api/v0/`. */
  on(path: string, answer: RequestListener): void {
    this.#answers.set(`/api/v0/${path}`, answer)
  }

  count(method: string): number {
    return this.seen.filter((request) => request.method === method).length
  }

  /** Breaks off all connections and takes no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request
    this.seen.push({ method, url, headers })
    response.setHeader('Vary', 'Origin')
    response.setHeader('Access-Control-Expose-Headers', 'X-Stream-Output, X-Chunked-Output')
    response.setHeader('X-Extra', 'from the node')
    if (headers.origin === FRIEND) {
      response.setHeader('Access-Control-Allow-Origin', FRIEND).setHeader('Access-Control-Allow-Credentials', 'true')
    }
    const answer = this.#answers.get(url.split('?', 1)[0] ?? '')
    if (method === 'OPTIONS') response.writeHead(204).end()
    else if (answer === undefined) response.writeHead(404).end('404 page not found\n')
    else answer(request, response)
  }
}
