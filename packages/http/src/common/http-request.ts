import type { IncomingMessage } from 'node:http'
import type { QueryParams } from '@ipfs-cluster/api'

/** A request as a handler sees it. */
export class HttpRequest {
  readonly raw: IncomingMessage
  /** Values of the placeholders of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: QueryParams
  readonly #abort: AbortController

  constructor(
    raw: IncomingMessage,
    params: Readonly<Record<string, string>>,
    query: QueryParams,
    abort: AbortController
  ) {
    this.raw = raw
    this.params = params
    this.query = query
    this.#abort = abort
  }

  /** Aborts when the client has gone, or the surface stops and cannot wait longer. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }
}
