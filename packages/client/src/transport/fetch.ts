/**
 * @packageDocumentation
 *
 * The transport for browsers. `fetch` has two gaps that no code can fill: it shows no trailers, so an error at the end
 * of a stream looks like a short stream; and over HTTP/1.1 browsers send no body as a stream, so what is added is
 * collected first (in a Blob, which browsers may keep on disk).
 *
 * @example
 * const transport = fetchTransport({ endpoint: parseEndpoint('/ip4/127.0.0.1/tcp/9094') })
 */
import { ClusterError } from '@ipfs-cluster/api'
import { authority, originOf } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { bodyFailed, requestFailed } from './failure.ts'
import type { Transport, TransportRequest, TransportResponse } from './interface.ts'

/** What a fetch transport needs to know. */
export interface FetchTransportInit {
  readonly endpoint: Endpoint
  /** Default: the `fetch` of the platform. */
  readonly fetch?: typeof fetch
  /** Most bytes of a body that are collected before it is sent. Default 1 GiB; more is an error. */
  readonly maxBodyBytes?: number
}

const DEFAULT_MAX_BODY_BYTES = 2 ** 30

class FetchTransport implements Transport {
  readonly origin: string
  readonly #endpoint: Endpoint
  readonly #url: string
  readonly #fetch: typeof fetch
  readonly #maxBodyBytes: number

  constructor(init: FetchTransportInit) {
    const { endpoint } = init
    if (endpoint.unixPath !== undefined) {
      throw new ClusterError('ERR_BAD_MULTIADDR', 'fetch cannot reach a socket in the file system')
    }
    this.#endpoint = endpoint
    this.origin = originOf(endpoint)
    this.#url = `${endpoint.scheme}://${authority(endpoint)}`
    // A browser's fetch must be called without a receiver of its own.
    this.#fetch = init.fetch ?? ((input, options) => globalThis.fetch(input, options))
    this.#maxBodyBytes = init.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    const { method, path, headers, signal } = request
    try {
      const body = request.body === undefined ? null : await collect(request.body, this.#maxBodyBytes)
      const response = await this.#fetch(this.#url + path, { method, headers, body, signal: signal ?? null })
      return {
        status: response.status,
        header: (name) => response.headers.get(name) ?? undefined,
        body: readBody(response.body, signal),
        trailer: () => []
      }
    } catch (error) {
      throw requestFailed(error, this.origin, this.#endpoint, request)
    }
  }

  async close(): Promise<void> {}
}

export function fetchTransport(init: FetchTransportInit): Transport {
  return new FetchTransport(init)
}

async function collect(body: AsyncIterable<Uint8Array>, limit: number): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) throw new ClusterError('ERR_BAD_REQUEST', `the body is longer than ${limit} bytes`)
    parts.push(new Uint8Array(chunk))
  }
  return new Blob(parts)
}

async function* readBody(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal | undefined
): AsyncGenerator<Uint8Array, void, void> {
  if (body === null) return
  const reader = body.getReader()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
  } catch (error) {
    throw bodyFailed(error, signal)
  } finally {
    // Stops the download when the caller stops reading; nothing happens when it is over.
    await reader.cancel().catch(() => undefined)
  }
}
