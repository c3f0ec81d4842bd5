import { authority, originOf } from '../../endpoint.ts'
import type { Endpoint } from '../../endpoint.ts'
import { requestFailed } from '../failure.ts'
import type { Transport, TransportRequest, TransportResponse } from '../interface.ts'
import { openConnection } from './connect.ts'
import type { Connection } from './connection.ts'
import { exchange } from './exchange.ts'
import { openNodeConnection, secure } from './node-connection.ts'
import type { TlsTrust } from './node-connection.ts'
import { openTunnel, viaProxy } from './proxy.ts'
import type { ProxyServer } from './proxy.ts'

/** What a socket transport needs to know. */
export interface SocketTransportInit {
  readonly endpoint: Endpoint
  readonly tls?: TlsTrust
  /** Absent: the server is spoken to directly. */
  readonly proxy?: ProxyServer
}

/** One connection per request: see {@link socketTransport}. */
export class SocketTransport implements Transport {
  readonly origin: string
  readonly #endpoint: Endpoint
  readonly #trust: TlsTrust
  readonly #proxy: ProxyServer | undefined

  constructor(init: SocketTransportInit) {
    this.#endpoint = init.endpoint
    this.#trust = init.tls ?? {}
    this.#proxy = init.proxy
    this.origin = originOf(init.endpoint)
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    const proxy = this.#proxy
    try {
      const connection = await this.#open(request.signal)
      const isPlainProxy = proxy !== undefined && this.#endpoint.scheme === 'http'
      const asked = isPlainProxy ? viaProxy(request, this.#endpoint, proxy) : request
      return await exchange(connection, asked, authority(this.#endpoint))
    } catch (error) {
      // What could not be reached is the proxy; what is wrong with TLS is so with the server.
      const dialled = { ...(proxy?.endpoint ?? this.#endpoint), scheme: this.#endpoint.scheme }
      throw requestFailed(error, this.origin, dialled, request)
    }
  }

  /** Nothing is kept open between requests. */
  async close(): Promise<void> {}

  async #open(signal: AbortSignal | undefined): Promise<Connection> {
    const proxy = this.#proxy
    if (proxy === undefined) return openConnection(this.#endpoint, this.#trust, signal)
    if (this.#endpoint.scheme === 'http') return openConnection(proxy.endpoint, this.#trust, signal)
    const outer = await openNodeConnection(proxy.endpoint, this.#trust, signal)
    try {
      await openTunnel(outer, this.#endpoint, proxy)
      return await secure(outer, this.#endpoint, this.#trust, signal)
    } catch (error) {
      outer.destroy()
      throw error
    }
  }
}
