import type { IncomingMessage } from 'node:http'
import type { QueryParams } from '@ipfs-cluster/api'

/** A request as a handler sees it. */
export class HttpRequest {
  readonly raw: IncomingMessage
  /** Values of the placeholders of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: QueryParams
  /** Aborts as soon as the surface stops, for answers that have no end of their own. */
  readonly closing: AbortSignal
  readonly #abort: AbortController

  constructor(
    raw: IncomingMessage,
    params: Readonly<Record<string, string>>,
    query: QueryParams,
    { abort, closing }: { abort: AbortController; closing: AbortSignal }
  ) {
    this.raw = raw
    this.params = params
    this.query = query
    this.closing = closing
    this.#abort = abort
  }

  /** Aborts when the client has gone, or the surface stops and cannot wait longer. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Ends the answer where it is. */
  abort(reason: Error): void {
    this.#abort.abort(reason)
  }
}
