import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '@ipfs-cluster/core/util'
import type { Answer, DocumentAnswer, LinesAnswer } from './answer.ts'
import { LINGER } from './defaults.ts'
import { messagesOf } from './failure.ts'
import type { ErrorBody } from './failure.ts'
import { LineWriter } from './line-writer.ts'

const STREAM_ERROR = 'X-Stream-Error'
const ANNOUNCEMENT = ['Trailer', STREAM_ERROR]
const JSON_TYPE = 'application/json'

/** What answers of one surface have in common. */
export interface AnswerStyle {
  /** Configured headers, names and values in turn. */
  readonly headers: readonly string[]
  readonly errorBody: ErrorBody
  corsHeaders(request: IncomingMessage): readonly string[]
  /** Told of every failure that is answered while lines are written. */
  onStreamError(message: string): void
}

/** One exchange: where an answer is written to, and what it answers. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly signal: AbortSignal
}

/**
 * Writes an answer. Resolves when it has been handed over, or the client has gone.
 *
 * @returns bytes of the body
 */
export async function writeAnswer(style: AnswerStyle, exchange: Exchange, answer: Answer): Promise<number> {
  switch (answer.kind) {
    case 'document':
      return writeDocument(style, exchange, answer)
    case 'empty':
      exchange.response.writeHead(answer.status, headOf(style, exchange, answer))
      exchange.response.end()
      return 0
    case 'lines':
      return writeLines(style, exchange, answer)
  }
}

function headOf(style: AnswerStyle, { request }: Exchange, answer: Answer): string[] {
  const own = answer.headers ?? []
  const cors = answer.withoutCors === true ? [] : style.corsHeaders(request)
  if (answer.bare === true) return [...cors, ...own]
  const configured = answer.ownContentType === true ? withoutContentType(style.headers) : style.headers
  return [...cors, ...configured, 'Content-Type', answer.contentType ?? JSON_TYPE, ...own]
}

function withoutContentType(headers: readonly string[]): string[] {
  return headers.filter((_, i) => headers[i - (i % 2)]?.toLowerCase() !== 'content-type')
}

async function writeDocument(style: AnswerStyle, exchange: Exchange, answer: DocumentAnswer): Promise<number> {
  const { request, response } = exchange
  const head = headOf(style, exchange, answer)
  const size = Buffer.byteLength(answer.body)
  head.push('Content-Length', String(size))
  response.writeHead(answer.status, head)
  if (mustLinger(request, response)) {
    response.write(answer.body)
    await linger(request)
    response.end()
  } else {
    response.end(answer.body)
  }
  return size
}

async function writeLines(style: AnswerStyle, exchange: Exchange, answer: LinesAnswer): Promise<number> {
  const { request, response, signal } = exchange
  const writer = new LineWriter(response, () => openStream(style, exchange, answer))
  if (answer.eager === true) writer.open()
  let trailers: readonly string[] = answer.eager === true ? [] : ['']
  try {
    await writer.writeAll(answer.lines, signal)
  } catch (err) {
    trailers = messagesOf(err)
    if (!isGone(response)) for (const message of trailers) style.onStreamError(message)
    if (response.headersSent && answer.breakOff === true) response.destroy()
    if (!response.headersSent) return writeFailure(style, exchange, answer, trailers[0] ?? messageOf(err))
  }
  if (isGone(response)) return writer.bytes
  if (response.headersSent) await finish(request, response, trailers)
  // RFC 9110 knows no trailers of an answer without a body, and node:http refuses to announce them.
  else response.writeHead(204, headOf(style, exchange, answer)).end()
  return writer.bytes
}

function openStream(style: AnswerStyle, exchange: Exchange, answer: LinesAnswer): void {
  exchange.response.writeHead(answer.status, [...headOf(style, exchange, answer), ...announcement(exchange)])
}

/** Nothing has been sent yet, so the failure gets a status. As in the Go release it is chunked, without the trailer. */
function writeFailure(style: AnswerStyle, exchange: Exchange, answer: LinesAnswer, message: string): number {
  const body = style.errorBody(500, message)
  exchange.response.writeHead(500, [...headOf(style, exchange, answer), ...announcement(exchange)]).end(body)
  return Buffer.byteLength(body)
}

/** HTTP/1.0 has no chunks, and so no trailers. */
function announcement({ request }: Exchange): readonly string[] {
  return request.httpVersionMinor === 0 ? [] : ANNOUNCEMENT
}

async function finish(request: IncomingMessage, response: ServerResponse, trailers: readonly string[]): Promise<void> {
  if (trailers.length > 0)
    response.addTrailers(trailers.map((text): [string, string] => [STREAM_ERROR, toHeaderText(text)]))
  if (mustLinger(request, response)) await linger(request)
  response.end()
}

/** UTF-8 in a header, as the Go release sends it; node:http writes one byte for each character it is given. */
function toHeaderText(text: string): string {
  return Buffer.from(text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim(), 'utf8').toString('latin1')
}

function isGone(response: ServerResponse): boolean {
  return response.destroyed || response.socket === null || response.socket.destroyed
}

/** Whether the client may still be sending while the connection is about to be closed. */
function mustLinger(request: IncomingMessage, response: ServerResponse): boolean {
  return !request.complete && !response.shouldKeepAlive && !request.destroyed
}

/** Reads and drops what the client still sends, for a moment: see LINGER. */
export async function linger(request: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    const ignore = (): void => {}
    const done = (): void => {
      clearTimeout(timer)
      request.off('data', ignore)
      for (const event of ['end', 'close', 'error']) request.off(event, done)
      resolve()
    }
    const timer = setTimeout(done, LINGER)
    for (const event of ['end', 'close', 'error']) request.on(event, done)
    request.on('data', ignore).resume()
  })
}
