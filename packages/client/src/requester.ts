import { parseJSON, stringify } from '@ipfs-cluster/api'
import type { JsonValue } from '@ipfs-cluster/api'
import type { Answer, ReadAnswer } from './answers/index.ts'
import { ApiError, TransportError } from './errors.ts'
import { describe, parseNdjson } from './ndjson.ts'
import type { Transport, TransportRequest, TransportResponse } from './transport/interface.ts'

/** What may be set for all requests of a client. */
export interface RequesterInit {
  readonly auth?: BasicAuth | BearerAuth
  /** Milliseconds that one request may take, reading its answer included. Absent or 0: no limit. */
  readonly timeout?: number
  /** Longest document of a stream in UTF-16 units. Default 16 Mi; a longer one is an error. */
  readonly maxDocument?: number
  /** Longest answer that is one document, in bytes. Default 256 MiB: garbage collection lists every key it removes. */
  readonly maxAnswer?: number
  /** Told of each request and answer, for a log. */
  readonly onRequest?: (method: string, url: string) => void
}

export interface BasicAuth {
  readonly username: string
  readonly password: string
}

export interface BearerAuth {
  readonly token: string
}

/** What one request may carry. */
export interface RequestOptions {
  readonly signal?: AbortSignal
  /** The answer has no end, so the timeout of the client does not count. */
  readonly isEndless?: boolean
  /** Called when the head of a good answer is here, which may be long before its first byte. */
  readonly onAnswer?: () => void
  /** Sent as JSON. */
  readonly content?: JsonValue
  /** Sent as it is, in pieces. */
  readonly body?: { readonly type: string; readonly bytes: AsyncIterable<Uint8Array> }
}

const DEFAULT_MAX_ANSWER = 256 * 1024 * 1024
const encoder = new TextEncoder()

/** Makes requests and reads their answers by the rules that all routes share (spec: rest 2). */
export class Requester {
  readonly #transport: Transport
  readonly #init: RequesterInit
  readonly #headers: Readonly<Record<string, string>>

  constructor(transport: Transport, init: RequesterInit) {
    this.#transport = transport
    this.#init = init
    this.#headers = init.auth === undefined ? {} : { authorization: authorization(init.auth) }
  }

  /**
   * The document that a route answers with.
   *
   * @param answer - what is expected; read from null for an answer without content
   */
  async document<T>(
    method: TransportRequest['method'],
    path: string,
    answer: Answer<T>,
    options: RequestOptions = {}
  ): Promise<T> {
    const [response, read] = await Promise.all([this.#send(method, path, options), answer()])
    const text = await this.#readAll(response)
    if (response.status >= 400) throw errorOf(response.status, text)
    if (response.status === 202 || response.status === 204) return read(null)
    return readAnswer(response.status, text, read)
  }

  /** The documents that a route streams. An error at the end of the stream is thrown behind the last of them. */
  async *stream<T>(
    method: TransportRequest['method'],
    path: string,
    answer: Answer<T>,
    options: RequestOptions = {}
  ): AsyncGenerator<T, void, void> {
    const [response, read] = await Promise.all([this.#send(method, path, options), answer()])
    yield* this.#documents(response, read)
  }

  async *#documents<T>(response: TransportResponse, read: ReadAnswer<T>): AsyncGenerator<T, void, void> {
    if (response.status >= 400) throw errorOf(response.status, await this.#readAll(response))
    if (response.status !== 200 && response.status !== 204) {
      await this.#readAll(response)
      throw new ApiError(response.status, 'expected streaming response with code 200/204')
    }
    for await (const value of parseNdjson(response.body, this.#init.maxDocument)) yield read(value)
    const errors = response.trailer('x-stream-error').filter((line) => line !== '')
    if (errors.length > 0) throw new ApiError(500, errors.join('; '))
  }

  /** The documents that a route streams, as one list, and a header of the answer. */
  async page<T>(
    path: string,
    header: string,
    answer: Answer<T>,
    options: RequestOptions = {}
  ): Promise<{ items: T[]; header: string | undefined }> {
    const [response, read] = await Promise.all([this.#send('GET', path, options), answer()])
    const items: T[] = []
    for await (const item of this.#documents(response, read)) items.push(item)
    return { items, header: response.header(header) }
  }

  /** The bytes of an answer, as they come. */
  async *bytes(path: string, options: RequestOptions = {}): AsyncGenerator<Uint8Array, void, void> {
    const response = await this.#send('GET', path, options)
    if (response.status >= 400) throw errorOf(response.status, await this.#readAll(response))
    options.onAnswer?.()
    yield* response.body
  }

  #send(method: TransportRequest['method'], path: string, options: RequestOptions): Promise<TransportResponse> {
    const { content, body } = options
    this.#init.onRequest?.(method, this.#transport.origin + path)
    const { timeout } = this.#init
    const base = { method, path, ...signalOf(options.signal, options.isEndless === true ? undefined : timeout) }
    if (body !== undefined) {
      return this.#transport.request({
        ...base,
        headers: { ...this.#headers, 'content-type': body.type },
        body: guarded(body.bytes)
      })
    }
    if (content === undefined) return this.#transport.request({ ...base, headers: this.#headers })
    const headers = { ...this.#headers, 'content-type': 'application/json' }
    return this.#transport.request({ ...base, headers, body: once(encoder.encode(stringify(content))) })
  }

  async #readAll(response: TransportResponse): Promise<string> {
    const limit = this.#init.maxAnswer ?? DEFAULT_MAX_ANSWER
    const decoder = new TextDecoder()
    let text = ''
    let size = 0
    try {
      for await (const chunk of response.body) {
        size += chunk.length
        if (size > limit) throw new ApiError(response.status, `the answer is longer than ${limit} bytes`)
        text += decoder.decode(chunk, { stream: true })
      }
    } catch (error) {
      // The Go release shows the status of an answer that is cut short.
      if (error instanceof TransportError) throw new ApiError(response.status, error.message, { cause: error })
      throw error
    }
    return text + decoder.decode()
  }
}

/** A document that cannot be read fails with the status that it came with, as in the Go release. */
function readAnswer<T>(status: number, text: string, read: ReadAnswer<T>): T {
  let value
  try {
    value = parseJSON(text)
  } catch (cause) {
    throw new ApiError(status, describe(text), { cause })
  }
  try {
    return read(value)
  } catch (cause) {
    throw new ApiError(status, cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** An error answer; a body that is no error document, as another kind of server sends it, is the message itself. */
function errorOf(status: number, text: string): ApiError {
  try {
    const { code, message } = parseJSON(text) as { code?: unknown; message?: unknown }
    return new ApiError(typeof code === 'number' ? code : status, typeof message === 'string' ? message : text)
  } catch {
    return new ApiError(status, text)
  }
}

function signalOf(signal: AbortSignal | undefined, timeout: number | undefined): { signal?: AbortSignal } {
  if (timeout === undefined || timeout <= 0) return signal === undefined ? {} : { signal }
  const timer = AbortSignal.timeout(timeout)
  return { signal: signal === undefined ? timer : AbortSignal.any([signal, timer]) }
}

function authorization(auth: BasicAuth | BearerAuth): string {
  if ('token' in auth) return `Bearer ${auth.token}`
  const bytes = encoder.encode(`${auth.username}:${auth.password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

/** A failure to read what is sent must not look like one of the connection. */
async function* guarded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* body
  } catch (cause) {
    throw new TransportError('ERR_UNREADABLE', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}
