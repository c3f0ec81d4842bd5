import type { ServerResponse } from 'node:http'
import { KuboError, messageOf } from '../errors.ts'
import { drained, write } from '../http/write.ts'

const EXPOSED = 'X-Stream-Output, X-Chunked-Output, X-Content-Length'
/** Lines that wait for the socket are joined up to about this many characters. */
const JOIN_CHARS = 16 << 10

/**
 * The answer to one request, in the forms of Kubo's HTTP API: one JSON document, JSON lines, or bytes. An error before
 * the first of it is status 500 with a JSON body; a later one is in the trailer `X-Stream-Error`. Every write waits for
 * a slow reader.
 */
export class Reply {
  readonly #response: ServerResponse
  readonly #drainBody: () => Promise<unknown>
  #lines = ''

  /** @param drainBody takes in what was not read of the request: the end of an answer may close the connection */
  constructor(response: ServerResponse, drainBody: () => Promise<unknown>) {
    this.#response = response
    this.#drainBody = drainBody
  }

  /** Answers with one document. */
  async once(value: unknown): Promise<void> {
    this.#head(200, { 'Content-Type': 'application/json' })
    await write(this.#response, `${JSON.stringify(value)}\n`)
  }

  /** Adds a line to a stream of documents. */
  async emit(value: unknown): Promise<void> {
    this.#beginLines()
    if (this.#response.writableNeedDrain) await drained(this.#response)
    const isFirst = this.#lines === ''
    this.#lines += `${JSON.stringify(value)}\n`
    // Lines that come faster than the event loop turns go out together.
    if (this.#lines.length > JOIN_CHARS) await this.#flushLines()
    else if (isFirst) setImmediate(() => void this.#flushLines().catch(() => {}))
  }

  /** Answers with bytes. */
  async stream(
    source: AsyncIterable<Uint8Array>,
    options: { contentType?: string; length?: number } = {}
  ): Promise<void> {
    await this.#send(source, {
      'Content-Type': options.contentType ?? 'text/plain',
      'X-Stream-Output': '1',
      ...(options.length === undefined ? {} : { 'X-Content-Length': String(options.length) })
    })
  }

  /** Answers with one JSON document that is too large to be built in memory. */
  async document(source: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#send(source, { 'Content-Type': 'application/json' })
  }

  async #send(source: AsyncIterable<Uint8Array>, headers: Record<string, string>): Promise<void> {
    const iterator = source[Symbol.asyncIterator]()
    // The first bytes are waited for before the status goes out, so that a missing block is an error and not a stump.
    const first = await iterator.next()
    this.#head(200, headers)
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) await write(this.#response, next.value)
    } finally {
      await iterator.return?.()
    }
  }

  /** Ends a good answer. Lines not begun are an empty list of them. */
  async end(): Promise<void> {
    if (!this.#response.headersSent) this.#beginLines()
    await this.#flushLines()
    await this.#close()
  }

  /** Ends the answer with an error. */
  async fail(err: unknown): Promise<void> {
    const message = messageOf(err)
    if (this.#response.destroyed) return
    if (!this.#response.headersSent) {
      const code = err instanceof KuboError ? err.rpcCode : 0
      this.#head(code === 1 ? 400 : 500, { 'Content-Type': 'application/json' })
      await write(this.#response, `${JSON.stringify({ Message: message, Code: code, Type: 'error' })}\n`)
    } else {
      await this.#flushLines()
      this.#response.addTrailers({ 'X-Stream-Error': message.replace(/[^\t\x20-\x7e]+/g, ' ') })
    }
    await this.#close()
  }

  /** A client that keeps its connection gets the end at once, and what it still sends is taken in afterwards. */
  async #close(): Promise<void> {
    if (!this.#response.shouldKeepAlive) await this.#drainBody()
    this.#response.end()
  }

  #beginLines(): void {
    this.#head(200, { 'Content-Type': 'application/json', 'X-Chunked-Output': '1' })
  }

  #head(status: number, headers: Record<string, string>): void {
    if (this.#response.headersSent) return
    this.#response.writeHead(status, {
      'Access-Control-Allow-Headers': EXPOSED,
      'Access-Control-Expose-Headers': EXPOSED,
      Trailer: 'X-Stream-Error',
      'Transfer-Encoding': 'chunked',
      Vary: 'Origin',
      ...headers
    })
  }

  async #flushLines(): Promise<void> {
    const lines = this.#lines
    this.#lines = ''
    if (lines !== '') await write(this.#response, lines)
  }
}
