import { ClusterError } from '@ipfs-cluster/api'
import { Pool } from 'undici'
import { messageOf } from '../util/errors.ts'
import { JsonObjects } from './json-objects.ts'
import { KuboError, malformed, refusal, unavailable } from './kubo-error.ts'
import { ShortCall } from './short-call.ts'
import { WaitLimit } from './wait-limit.ts'
import type { Dispatcher } from 'undici'
import type { AbortOptions } from '../util/startable.ts'
import type { Endpoint } from './endpoint.ts'
import type { Answer, AnswerLimits } from './short-call.ts'
import type { WaitLimitKind } from './wait-limit.ts'

const API = '/api/v0/'

/** Trailer in which a node says that it failed after it had begun to answer. */
const STREAM_ERROR = 'x-stream-error'

/**
 * Largest answer that is taken as one piece: a block, a configuration, the list of connected peers; and what is read of
 * an error.
 */
const ANSWER_LIMITS: AnswerLimits = { whole: 32 << 20, explanation: 64 << 10 }

/** Time for a TCP connection to come about. */
const CONNECT_TIMEOUT = 10_000

/** How long a call may take. */
export interface Timeout {
  /** The whole call, or each wait within it. */
  kind: WaitLimitKind
  /** 0: without end. */
  milliseconds: number
  /** The name under which the user knows the time. */
  setting: string
}

export interface CallOptions extends AbortOptions {
  /** What differs from the usual: `ipfs_request_timeout` for the whole call. */
  timeout?: Partial<Timeout>
  /** A limit that the caller holds, and disposes of, in place of one made from `timeout` and `signal`. */
  limit?: WaitLimit
  body?: AsyncIterable<Uint8Array>
  contentType?: string
}

export interface KuboRpcInit {
  endpoint: Endpoint
  /** `ipfs_request_timeout` in milliseconds. */
  requestTimeout: number
}

/**
 * Calls of a node's HTTP RPC. Each path is what follows `/api/v0/`, with its query, as it also shows in errors.
 *
 * Every call throws ClusterError `ERR_IPFS_UNAVAILABLE` when the node cannot be reached or goes away, `ERR_IPFS` when
 * it answers with an error or with nonsense, `ERR_IPFS_TIMEOUT` when the time is up, and the reason of the caller's
 * signal when that aborts.
 */
export class KuboRpc {
  readonly #endpoint: Endpoint
  readonly #timeout: Timeout
  readonly #pool: Pool

  constructor({ endpoint, requestTimeout }: KuboRpcInit) {
    this.#endpoint = endpoint
    this.#timeout = { kind: 'total', milliseconds: requestTimeout, setting: 'ipfs_request_timeout' }
    this.#pool = new Pool(endpoint.origin, {
      // How long to wait is decided call by call, see WaitLimit.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: CONNECT_TIMEOUT,
        ...(endpoint.socketPath === undefined ? {} : { socketPath: endpoint.socketPath }),
        ...(endpoint.family === undefined ? {} : { family: endpoint.family })
      }
    })
  }

  /** A limit for one call, for those who have to restart it or end the call by it. */
  limit(path: string, { signal, timeout }: Pick<CallOptions, 'signal' | 'timeout'>): WaitLimit {
    const { kind, milliseconds, setting } = { ...this.#timeout, ...timeout }
    return new WaitLimit(kind, milliseconds, signal, () => {
      const message = `Post "${this.#endpoint.apiUrl}/${path}": no answer within ${milliseconds / 1000}s (${setting})`
      return new ClusterError('ERR_IPFS_TIMEOUT', message)
    })
  }

  /** The whole answer. */
  async bytes(path: string, options: CallOptions = {}): Promise<Buffer> {
    const { status, body } = await this.answer(path, options)
    if (status !== 200) throw refusal(path, status, body)
    return body
  }

  /**
   * Status and body of an answer, which may be an error.
   *
   * @param onData - takes what comes with status 200, which is not collected then; what it throws ends the call
   */
  async answer(
    path: string,
    options: CallOptions = {},
    onData?: (chunk: Buffer) => void
  ): Promise<Pick<Answer, 'status' | 'body'>> {
    const limit = options.limit ?? this.limit(path, options)
    const call = new ShortCall({ limits: ANSWER_LIMITS, onData })
    const onAbort = (): void => call.abort(limit.signal.reason as Error)
    limit.signal.addEventListener('abort', onAbort, { once: true })
    try {
      this.#pool.dispatch(requestOf(path, options), call)
      const answer = await call.answer
      if (answer.isCut) throw malformed(path, `more than ${ANSWER_LIMITS.whole} bytes`)
      requireNoFailure(path, answer.status, answer.trailers)
      return answer
    } catch (err) {
      throw this.#translate(path, err, limit)
    } finally {
      limit.signal.removeEventListener('abort', onAbort)
      if (options.limit === undefined) limit.dispose()
    }
  }

  /** The answer, which must be one JSON document. */
  async json<T>(path: string, options: CallOptions = {}): Promise<T> {
    const text = (await this.bytes(path, options)).toString('utf8')
    return parse<T>(path, text)
  }

  /** Gives each object of an answer to a function, as it comes: for answers with few of them. */
  async each<T>(path: string, onObject: (object: T) => void, options: CallOptions = {}): Promise<void> {
    const objects = new JsonObjects()
    const { status, body } = await this.answer(path, options, (chunk) => {
      for (const object of parseObjects<T>(path, objects, chunk)) onObject(object)
    })
    if (status !== 200) throw refusal(path, status, body)
    requireEnd(path, objects)
  }

  /** The objects of an answer, each as it comes. Ending the iteration early ends the call. */
  async *objects<T>(path: string, options: CallOptions = {}): AsyncGenerator<T, void, undefined> {
    const objects = new JsonObjects()
    for await (const chunk of this.stream(path, options)) yield* parseObjects<T>(path, objects, chunk)
    requireEnd(path, objects)
  }

  /** The answer as it comes, until the node has said that it is whole. */
  async *stream(path: string, options: CallOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const limit = options.limit ?? this.limit(path, options)
    try {
      const response = await this.#post(path, options, limit)
      yield* this.#chunks(path, response, limit)
      requireNoFailure(path, response.statusCode, response.trailers)
    } finally {
      if (options.limit === undefined) limit.dispose()
    }
  }

  /** Status of the answer to a call without a body; the answer itself is thrown away. */
  async status(path: string, options: AbortOptions = {}): Promise<number> {
    return (await this.answer(path, options, () => {})).status
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async *#chunks(path: string, response: Dispatcher.ResponseData, limit: WaitLimit): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        limit.pause()
        yield chunk
        limit.resume()
      }
    } catch (err) {
      throw this.#translate(path, err, limit)
    }
  }

  async #post(path: string, options: CallOptions, limit: WaitLimit): Promise<Dispatcher.ResponseData> {
    const response = await this.#request(path, options, limit)
    if (response.statusCode === 200) return response
    // What there is of the explanation is enough: the answer is an error, whatever becomes of it.
    const body = await beginningOf(response.body).catch(() => Buffer.alloc(0))
    limit.signal.throwIfAborted()
    throw refusal(path, response.statusCode, body)
  }

  async #request(path: string, options: CallOptions, limit: WaitLimit): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#pool.request({ ...requestOf(path, options), signal: limit.signal })
    } catch (err) {
      throw this.#translate(path, err, limit)
    }
  }

  #translate(path: string, error: unknown, limit: WaitLimit): unknown {
    if (limit.signal.aborted) return limit.signal.reason
    return error instanceof ClusterError ? error : unavailable(path, this.#endpoint, error)
  }
}

function requestOf(path: string, { body, contentType }: CallOptions): Dispatcher.DispatchOptions & { method: 'POST' } {
  return {
    method: 'POST',
    path: API + path,
    ...(body === undefined ? {} : { body: body as unknown as Dispatcher.DispatchOptions['body'] }),
    ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } })
  }
}

/** @throws ClusterError when the node says that it failed after it had begun to answer */
function requireNoFailure(path: string, status: number, trailers: Answer['trailers']): void {
  const failure = trailers[STREAM_ERROR]
  if (failure !== undefined && failure !== '') throw new KuboError(path, status, String(failure))
}

/** Reads an explanation as far as it is wanted. */
async function beginningOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > ANSWER_LIMITS.explanation) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The objects that end in a chunk of an answer. */
export function* parseObjects<T>(path: string, objects: JsonObjects, chunk: Uint8Array): Generator<T, void, undefined> {
  try {
    for (const text of objects.push(chunk)) yield parse<T>(path, text)
  } catch (err) {
    throw err instanceof SyntaxError ? malformed(path, err.message) : err
  }
}

/** @throws ClusterError when an answer ends within an object */
export function requireEnd(path: string, objects: JsonObjects): void {
  try {
    objects.end()
  } catch (err) {
    throw malformed(path, messageOf(err))
  }
}

function parse<T>(path: string, text: string): T {
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    throw malformed(path, text === '' ? 'an empty answer' : `${messageOf(cause)}: ${text}`)
  }
}
