import { TransportError } from './errors.ts'
import type { Transport, TransportRequest, TransportResponse } from './transport/interface.ts'

/** What a failover transport may be told. */
export interface FailoverInit {
  /** Told when all have failed: how many were tried. */
  readonly onExhausted?: (attempts: number) => void
}

/**
 * Several peers behind one transport: a request goes to the first; when that gives no answer, to the next. An answer
 * with an error is an answer. A request whose body has begun to be sent stays with its peer.
 *
 * @param transports - at least one, in the order in which they are tried
 */
export function failover(transports: readonly [Transport, ...Transport[]], init: FailoverInit = {}): Transport {
  return {
    origin: transports[0].origin,
    request: (request) => tryEach(transports, request, init),
    close: async () => {
      await Promise.all(transports.map((transport) => transport.close()))
    }
  }
}

/**
 * The same, but each request begins with the next peer, so that all get their share of the work.
 *
 * @param transports - at least one
 */
export function roundRobin(transports: readonly [Transport, ...Transport[]], init: FailoverInit = {}): Transport {
  let turn = 0
  return {
    ...failover(transports, init),
    request: (request) => {
      const first = turn++ % transports.length
      return tryEach([...transports.slice(first), ...transports.slice(0, first)], request, init)
    }
  }
}

async function tryEach(
  transports: readonly Transport[],
  request: TransportRequest,
  init: FailoverInit
): Promise<TransportResponse> {
  const body = request.body === undefined ? undefined : new WatchedBody(request.body)
  const watched = body === undefined ? request : { ...request, body }
  let last: unknown
  for (const transport of transports) {
    try {
      return await transport.request(watched)
    } catch (error) {
      if (!(error instanceof TransportError) || body?.begun === true) throw error
      last = error
    }
  }
  init.onExhausted?.(transports.length)
  throw last
}

/** A body that knows whether a part of it has been taken. */
class WatchedBody implements AsyncIterable<Uint8Array> {
  begun = false
  readonly #body: AsyncIterable<Uint8Array>

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    this.begun = true
    yield* this.#body
  }
}
