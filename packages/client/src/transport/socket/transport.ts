import { authority, originOf } from '../../endpoint.ts'
import type { Endpoint } from '../../endpoint.ts'
import { requestFailed } from '../failure.ts'
import type { Transport, TransportRequest, TransportResponse } from '../interface.ts'
import { openConnection } from './connect.ts'
import { exchange } from './exchange.ts'
import type { TlsTrust } from './node-connection.ts'

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
      return await exchange(connection, request, authority(this.#endpoint))
    } catch (error) {
      throw requestFailed(error, this.origin, this.#endpoint, request)
    }
  }

  /** Nothing is kept open between requests. */
  async close(): Promise<void> {}
}
