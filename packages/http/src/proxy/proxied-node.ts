import type { IncomingMessage } from 'node:http'
import type { Multiaddr } from '@ipfs-cluster/api'
import { connectReason, JsonObjects, parseEndpoint } from '@ipfs-cluster/core/ipfs'
import type { Endpoint } from '@ipfs-cluster/core/ipfs'
import type { AbortOptions } from '@ipfs-cluster/core/util'
import { withTimeout } from '@ipfs-cluster/core/util'
import { Pool } from 'undici'
import type { Dispatcher } from 'undici'
import { bodyOf } from '../common/body.ts'
import { withoutAuthority } from '../common/paths.ts'
import { CONNECT_TIMEOUT, HEADERS_TIMEOUT, MAX_SMALL_ANSWER } from './defaults.ts'
import { forwardedHeaders } from './forwarded-headers.ts'
import { Relay } from './relay.ts'
import type { RelayTarget } from './relay.ts'

type NodeHeaders = Dispatcher.ResponseData['headers']

/** What the node answers to a request of the proxy's own making. */
export interface NodeAnswer {
  readonly status: number
  readonly body: AsyncIterable<Uint8Array>
}

/** The IPFS node that the proxy stands before. */
export class ProxiedNode {
  readonly #endpoint: Endpoint
  readonly #pool: Pool

  /** @throws ClusterError `ERR_BAD_MULTIADDR` */
  constructor(address: Multiaddr, isHttps: boolean) {
    this.#endpoint = parseEndpoint(address)
    const { origin, socketPath, family } = this.#endpoint
    this.#pool = new Pool(isHttps ? origin.replace(/^http:/, 'https:') : origin, {
      // How long an answer takes is between the client and the node.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect: {
        timeout: CONNECT_TIMEOUT,
        ...(socketPath === undefined ? {} : { socketPath }),
        ...(family === undefined ? {} : { family })
      }
    })
  }

  /**
   * Sends a request on as it is, and its answer back. What is left of the body when the answer has come is not read.
   *
   * @param target - target of the request line
   * @returns bytes of the body of the answer
   * @throws Error when the node cannot be reached or goes away; then the answer may have begun
   */
  async relay(request: IncomingMessage, target: string, to: Pick<RelayTarget, 'response' | 'signal'>): Promise<number> {
    const method = request.method ?? 'GET'
    const relay = new Relay({ ...to, method, knowsChunks: request.httpVersionMinor > 0 })
    const { ended } = relay
    const body = hasBody(request) ? readableBody(request) : undefined
    this.#pool.dispatch(requestOptions(request, method, target, body), relay)
    try {
      await ended
    } finally {
      // A reader that is left behind would keep others from the rest.
      void body?.return?.()
    }
    return relay.bytes
  }

  /** Sends a request on to another target, and gives the answer to read. Its body must be read or left by `break`. */
  async ask(request: IncomingMessage, target: string, { signal }: AbortOptions): Promise<NodeAnswer> {
    const body = hasBody(request) ? readableBody(request) : undefined
    const { statusCode, body: answer } = await this.#pool.request({
      ...requestOptions(request, 'POST', target, body),
      ...(signal && { signal })
    })
    return { status: statusCode, body: answer as AsyncIterable<Uint8Array> }
  }

  /** Headers of the answer to a request without a body, which must come soon. */
  async headers(method: 'OPTIONS' | 'POST', path: string, headers: Record<string, string> = {}): Promise<NodeHeaders> {
    const signal = withTimeout(HEADERS_TIMEOUT)
    const answer = await this.#pool.request({ method, path, headers, signal })
    await answer.body.dump({ limit: MAX_SMALL_ANSWER, signal })
    return answer.headers
  }

  /** A small document that the node answers a command with. */
  async json<T>(path: string, { signal }: AbortOptions): Promise<T> {
    const { body } = await this.#pool.request({ method: 'POST', path, ...(signal && { signal }) })
    return JSON.parse(await smallText(body)) as T
  }

  /** What kept the node from answering, in the words of the Go release. */
  reasonOf(error: unknown): string {
    return connectReason(error, this.#endpoint)
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}

/** The objects of an answer, one by one. @throws SyntaxError when it is no stream of JSON objects */
export async function* objectsIn<T>(body: AsyncIterable<Uint8Array>): AsyncGenerator<T, void, undefined> {
  const objects = new JsonObjects()
  for await (const chunk of body) for (const text of objects.push(chunk)) yield JSON.parse(text) as T
  objects.end()
}

/** The beginning of an answer, which is the whole of a small one. */
export async function smallText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_SMALL_ANSWER) break
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_SMALL_ANSWER)
}

function requestOptions(
  request: IncomingMessage,
  method: string,
  target: string,
  body: AsyncIterable<Uint8Array> | undefined
): Dispatcher.DispatchOptions {
  return {
    method,
    path: withoutAuthority(target),
    headers: forwardedHeaders(request),
    // undici takes any iterable; its types name only some.
    ...(body && { body: body as unknown as Dispatcher.DispatchOptions['body'] })
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Told when the node does not want the rest, so it must have an end of its own. */
function readableBody(request: IncomingMessage): AsyncIterableIterator<Uint8Array> {
  return bodyOf(request)[Symbol.asyncIterator]() as AsyncIterableIterator<Uint8Array>
}
