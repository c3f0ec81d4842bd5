import type { ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import { hasHeader, relayedHeaders } from './forwarded-headers.ts'
import type { RawHeaders } from './forwarded-headers.ts'

/** Statuses of answers that have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 304])

/** Where an answer of the node goes. */
export interface RelayTarget {
  readonly response: ServerResponse
  /** Aborts when the answer is wanted no more. */
  readonly signal: AbortSignal
  /** Method of the request. */
  readonly method: string
  /** Whether the client knows chunks: HTTP/1.0 does not. */
  readonly knowsChunks: boolean
}

/** Hands an answer of the node on while it comes, no faster than the client reads it. */
export class Relay implements Dispatcher.DispatchHandler {
  readonly #target: RelayTarget
  readonly #ended = Promise.withResolvers<void>()
  #controller: Dispatcher.DispatchController | undefined
  #isChunked = false
  #bytes = 0

  constructor(target: RelayTarget) {
    this.#target = target
    target.response.on('drain', this.#onDrain)
    target.signal.addEventListener('abort', this.#onAbort)
  }

  /** Bytes of the body that have been handed on. */
  get bytes(): number {
    return this.#bytes
  }

  /** Resolves when the whole answer has been handed on. @throws what kept the node from giving it */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#target.signal.aborted) this.#onAbort()
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusText?: string
  ): void {
    // What comes before the answer, such as 103, is for the proxy alone.
    if (status < 200) return
    const { response, method, knowsChunks } = this.#target
    const raw = rawList(controller.rawHeaders)
    const hasBody = method !== 'HEAD' && !BODILESS.has(status)
    this.#isChunked = hasBody && knowsChunks && !hasHeader(raw, 'content-length')
    response.writeHead(status, statusText ?? '', relayedHeaders(raw, this.#isChunked))
    // A stream may have nothing to say for a long time, but that it has begun.
    response.flushHeaders()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (!this.#target.response.write(chunk)) controller.pause()
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const trailers = rawList(controller.rawTrailers)
    const { response } = this.#target
    if (this.#isChunked) {
      for (let i = 0; i + 1 < trailers.length; i += 2)
        response.addTrailers([[trailers[i] ?? '', trailers[i + 1] ?? '']])
    }
    response.end()
    this.#release()
    this.#ended.resolve()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#release()
    this.#ended.reject(error)
  }

  #release(): void {
    this.#target.response.off('drain', this.#onDrain)
    this.#target.signal.removeEventListener('abort', this.#onAbort)
  }

  readonly #onDrain = (): void => this.#controller?.resume()

  readonly #onAbort = (): void => this.#controller?.abort(this.#target.signal.reason as Error)
}

/** Headers byte for byte, as node:http wants them. */
function rawList(raw: Dispatcher.DispatchController['rawHeaders']): RawHeaders {
  if (!Array.isArray(raw)) return []
  return raw.map((text) => (typeof text === 'string' ? text : text.toString('latin1')))
}
