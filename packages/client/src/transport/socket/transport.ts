import { authority, originOf } from '../../endpoint.ts'
import type { Endpoint } from '../../endpoint.ts'
import { bodyFailed, requestFailed } from '../failure.ts'
import type { Transport, TransportRequest, TransportResponse } from '../interface.ts'
import { openConnection } from './connect.ts'
import type { Connection } from './connection.ts'
import { ResponseReader } from './http1.ts'
import type { ResponseHead } from './http1.ts'
import type { TlsTrust } from './node-connection.ts'
import { sendChunked } from './send.ts'

const encoder = new TextEncoder()

/** What a socket transport needs to know. */
export interface SocketTransportInit {
  readonly endpoint: Endpoint
  readonly tls?: TlsTrust
}

/** One connection per request: see {@link socketTransport}. */
export class SocketTransport implements Transport {
  readonly origin: string
  readonly #endpoint: Endpoint
  readonly #trust: TlsTrust

  constructor(init: SocketTransportInit) {
    this.#endpoint = init.endpoint
    this.#trust = init.tls ?? {}
    this.origin = originOf(init.endpoint)
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    try {
      const connection = await openConnection(this.#endpoint, this.#trust, request.signal)
      return await this.#exchange(new Exchange(connection, request.signal), request)
    } catch (error) {
      throw requestFailed(error, this.origin, this.#endpoint, request)
    }
  }

  /** Nothing is kept open between requests. */
  async close(): Promise<void> {}

  async #exchange(exchange: Exchange, request: TransportRequest): Promise<TransportResponse> {
    try {
      exchange.send(this.#head(request), request.body)
      const head = await exchange.reader.head()
      return {
        status: head.status,
        header: (name) => head.headers.get(name)?.join(', '),
        body: exchange.body(head),
        trailer: (name) => exchange.reader.trailer(name)
      }
    } catch (error) {
      exchange.end()
      throw error
    }
  }

  #head(request: TransportRequest): string {
    const lines = [`${request.method} ${request.path} HTTP/1.1`, `host: ${authority(this.#endpoint)}`]
    for (const [name, value] of Object.entries(request.headers)) lines.push(`${name}: ${value}`)
    if (request.body !== undefined) lines.push('transfer-encoding: chunked')
    else if (request.method === 'POST') lines.push('content-length: 0')
    return `${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`
  }
}

/** One request and its answer on a connection of their own. */
class Exchange {
  readonly reader: ResponseReader
  readonly #connection: Connection
  readonly #signal: AbortSignal | undefined
  readonly #abort = (): void => this.#connection.destroy(this.#signal?.reason)

  constructor(connection: Connection, signal: AbortSignal | undefined) {
    this.#connection = connection
    this.#signal = signal
    this.reader = new ResponseReader(connection)
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** Sending goes on while the answer is read: a server may answer before it has read all, or as it reads. */
  send(head: string, body: AsyncIterable<Uint8Array> | undefined): void {
    this.#sendAll(encoder.encode(head), body).catch((error: unknown) => this.#connection.destroy(error))
  }

  async *body(head: ResponseHead): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* this.reader.body(head)
    } catch (error) {
      throw bodyFailed(error, this.#signal)
    } finally {
      this.end()
    }
  }

  end(): void {
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#connection.destroy()
  }

  async #sendAll(head: Uint8Array, body: AsyncIterable<Uint8Array> | undefined): Promise<void> {
    await this.#connection.write(head)
    if (body !== undefined) await sendChunked(this.#connection, body)
  }
}
