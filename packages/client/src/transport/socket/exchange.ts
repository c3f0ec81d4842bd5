import { bodyFailed } from '../failure.ts'
import type { TransportRequest, TransportResponse } from '../interface.ts'
import type { Connection } from './connection.ts'
import { ResponseReader } from './http1.ts'
import type { ResponseHead } from './http1.ts'
import { sendChunked } from './send.ts'

const encoder = new TextEncoder()

/**
 * Makes one request on a connection that serves no other, and ends the connection with the answer.
 *
 * @param host - value of the header of that name
 */
export async function exchange(
  connection: Connection,
  request: TransportRequest,
  host: string
): Promise<TransportResponse> {
  const exchanged = new Exchange(connection, request.signal)
  try {
    exchanged.send(requestHead(request, host), request.body)
    const head = await exchanged.reader.head()
    return {
      status: head.status,
      header: (name) => head.headers.get(name)?.join(', '),
      body: exchanged.body(head),
      trailer: (name) => exchanged.reader.trailer(name)
    }
  } catch (error) {
    exchanged.end()
    throw error
  }
}

function requestHead(request: TransportRequest, host: string): string {
  const lines = [`${request.method} ${request.path} HTTP/1.1`, `host: ${host}`]
  for (const [name, value] of Object.entries(request.headers)) lines.push(`${name}: ${value}`)
  if (request.body !== undefined) lines.push('transfer-encoding: chunked')
  else if (request.method === 'POST') lines.push('content-length: 0')
  return `${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`
}

/** One request and its answer on a connection of their own. */
class Exchange {
  readonly reader: ResponseReader
  readonly #connection: Connection
  readonly #signal: AbortSignal | undefined
  readonly #abort = (): void => this.#connection.destroy(this.#signal?.reason)

  constructor(connection: Connection, signal: AbortSignal | undefined) {
    this.#connection = connection
    this.#signal = signal
    this.reader = new ResponseReader(connection)
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** Sending goes on while the answer is read: a server may answer before it has read all, or as it reads. */
  send(head: string, body: AsyncIterable<Uint8Array> | undefined): void {
    this.#sendAll(encoder.encode(head), body).catch((error: unknown) => this.#connection.destroy(error))
  }

  async *body(head: ResponseHead): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* this.reader.body(head)
    } catch (error) {
      throw bodyFailed(error, this.#signal)
    } finally {
      this.end()
    }
  }

  end(): void {
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#connection.destroy()
  }

  async #sendAll(head: Uint8Array, body: AsyncIterable<Uint8Array> | undefined): Promise<void> {
    await this.#connection.write(head)
    if (body !== undefined) await sendChunked(this.#connection, body)
  }
}
