/**
 * @packageDocumentation
 *
 * The transport for programs that live long on Node: connections are kept and shared.
 *
 * @example
 * const transport = undiciTransport({ endpoint: parseEndpoint('/ip4/127.0.0.1/tcp/9094') })
 */
import { Readable } from 'node:stream'
import { Agent, request as send } from 'undici'
import type { Dispatcher } from 'undici'
import { authority, originOf } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { bodyFailed, requestFailed } from './failure.ts'
import type { Transport, TransportRequest, TransportResponse } from './interface.ts'
import type { TlsTrust } from './socket/node-connection.ts'

/** What an undici transport needs to know. */
export interface UndiciTransportInit {
  readonly endpoint: Endpoint
  readonly tls?: TlsTrust
  /** Most connections at a time. Default 16: requests beyond wait for one to be free. */
  readonly connections?: number
}

const DEFAULT_CONNECTIONS = 16

/** Keeps connections to one endpoint. */
class UndiciTransport implements Transport {
  readonly origin: string
  readonly #endpoint: Endpoint
  readonly #url: string
  readonly #agent: Agent

  constructor(init: UndiciTransportInit) {
    const { endpoint, tls = {}, connections = DEFAULT_CONNECTIONS } = init
    this.#endpoint = endpoint
    this.origin = originOf(endpoint)
    this.#url = `${endpoint.scheme}://${authority(endpoint)}`
    const socketPath = endpoint.unixPath === undefined ? {} : { socketPath: endpoint.unixPath }
    const family = endpoint.family === undefined ? {} : { family: endpoint.family }
    // How long an answer may take is for the caller's signal to say: recovering a pinset takes what it takes.
    this.#agent = new Agent({
      connections,
      bodyTimeout: 0,
      headersTimeout: 0,
      connect: { ...tls, ...socketPath, ...family }
    })
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    const { method, path, headers, body, signal } = request
    try {
      const answer = await send(this.#url + path, {
        dispatcher: this.#agent,
        method,
        headers,
        body: body === undefined ? null : Readable.from(body, { objectMode: false }),
        ...(signal === undefined ? {} : { signal })
      })
      return toResponse(answer, signal)
    } catch (error) {
      throw requestFailed(error, this.origin, this.#endpoint, request)
    }
  }

  async close(): Promise<void> {
    await this.#agent.close()
  }
}

export function undiciTransport(init: UndiciTransportInit): Transport {
  return new UndiciTransport(init)
}

function toResponse(answer: Dispatcher.ResponseData, signal: AbortSignal | undefined): TransportResponse {
  return {
    status: answer.statusCode,
    header: (name) => linesOf(answer.headers[name])?.join(', '),
    body: readBody(answer.body, signal),
    trailer: (name) => linesOf(answer.trailers[name]) ?? []
  }
}

async function* readBody(
  body: AsyncIterable<unknown>,
  signal: AbortSignal | undefined
): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of body) yield chunk as Uint8Array
  } catch (error) {
    throw bodyFailed(error, signal)
  }
}

function linesOf(value: string | string[] | undefined): string[] | undefined {
  return typeof value === 'string' ? [value] : value
}
