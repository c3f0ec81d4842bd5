import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** Requests that were answered, one after the other by each of several clients. */
export interface Load {
  perSecond: number
  /** Milliseconds that each request took. */
  times: number[]
}

const HEAD_END = '\r\n\r\n'
const LINE_FEED = 10

type Method = 'POST' | 'DELETE'

/**
 * Sends a request without a body to each path, from that many clients, each of which sends its next request after its last
 * answer. Speaks HTTP on a bare socket: a client that costs as much as the server would measure itself.
 *
 * @throws Error when an answer is no 200
 */
export async function sendAll(port: number, method: Method, paths: readonly string[], clients: number): Promise<Load> {
  const times: number[] = []
  let next = 0
  const start = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async () => {
      using client = await Client.connect(port)
      while (next < paths.length) {
        const path = paths[next++] ?? ''
        const sent = performance.now()
        await client.send(method, path)
        times.push(performance.now() - sent)
      }
    })
  )
  return { perSecond: paths.length / ((performance.now() - start) / 1000), times }
}

/** A connection that is kept. */
class Client implements Disposable {
  readonly #socket: Socket
  #received = ''
  #settle: { resolve: () => void; reject: (err: Error) => void } | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay()
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#onText(text))
    socket.on('close', () => this.#settle?.reject(new Error('the connection was closed before the answer')))
    socket.on('error', (err) => this.#settle?.reject(err))
  }

  static async connect(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Client(socket)
  }

  send(method: Method, path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n`)
    })
  }

  [Symbol.dispose](): void {
    this.#settle = undefined
    this.#socket.destroy()
  }

  #onText(text: string): void {
    this.#received += text
    const headEnd = this.#received.indexOf(HEAD_END)
    if (headEnd < 0) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1] ?? 0)
    if (this.#received.length < headEnd + HEAD_END.length + length) return
    const answer = this.#received
    this.#received = ''
    if (answer.startsWith('HTTP/1.1 200 ')) this.#settle?.resolve()
    else this.#settle?.reject(new Error(`the answer is ${answer.slice(0, 500)}`))
  }
}

/** Lines of an answer as they came. */
export interface Listing {
  lines: number
  /** Milliseconds to the first byte of the first line, and to the end. */
  first: number
  last: number
}

/** @throws Error when the answer is neither 200 nor 204 */
export async function readLines(port: number, path: string): Promise<Listing> {
  const start = performance.now()
  const listing: Listing = { lines: 0, first: 0, last: 0 }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path }, resolve).once('error', reject)
  })
  if (answer.statusCode !== 200 && answer.statusCode !== 204) {
    throw new Error(`${path}: ${answer.statusCode} ${String(await answer.toArray())}`)
  }
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (listing.lines === 0) listing.first = performance.now() - start
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) listing.lines++
  }
  listing.last = performance.now() - start
  return listing
}
