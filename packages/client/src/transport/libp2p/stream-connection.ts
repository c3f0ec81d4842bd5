import type { Stream } from '@libp2p/interface'
import { TransportError } from '../../errors.ts'
import { Inbox } from '../socket/connection.ts'
import type { Connection } from '../socket/connection.ts'

/** Bytes that libp2p may hold for us while paused: what goes beyond makes it reset the stream, and a window can come yet. */
const MAX_PAUSED = 16 * 1024 * 1024

/** Unsent bytes at which a writer waits: libp2p takes whatever it is given. */
const MAX_UNSENT = 1024 * 1024

const SENT_EVENTS = ['drain', 'idle', 'close'] as const

/** A stream to a peer. Make it before anything is awaited: what the stream tells before is lost. */
export class StreamConnection implements Connection {
  readonly #stream: Stream
  readonly #inbox: Inbox

  constructor(stream: Stream) {
    this.#stream = stream
    this.#inbox = new Inbox({ pause: () => this.#pause(), resume: () => this.#resume() })
    stream.maxReadBufferLength = Math.max(stream.maxReadBufferLength, MAX_PAUSED)
    stream.addEventListener('message', ({ data }) => this.#inbox.push(data.subarray()))
    stream.addEventListener('end', () => this.#inbox.end())
    stream.addEventListener('close', ({ error }) => {
      if (error === undefined) this.#inbox.end()
      else this.#inbox.fail(new TransportError('ERR_UNREACHABLE', 'stream reset', { cause: error }))
    })
    if (stream.status !== 'open') this.#inbox.end()
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#inbox.next()
  }

  async write(bytes: Uint8Array): Promise<boolean> {
    if (!this.#isWritable()) return false
    this.#stream.send(bytes)
    while (this.#isWritable() && this.#stream.writeBufferLength > MAX_UNSENT) await this.#somethingSent()
    return this.#isWritable()
  }

  destroy(cause?: unknown): void {
    if (cause !== undefined) this.#inbox.fail(cause)
    this.#stream.abort(new Error('the request has ended'))
  }

  #isWritable(): boolean {
    return this.#stream.status === 'open' && this.#stream.writeStatus === 'writable'
  }

  #pause(): void {
    if (this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  #resume(): void {
    if (this.#stream.readStatus === 'paused') this.#stream.resume()
  }

  async #somethingSent(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const onSent = (): void => resolve()
    for (const event of SENT_EVENTS) this.#stream.addEventListener(event, onSent)
    await promise
    for (const event of SENT_EVENTS) this.#stream.removeEventListener(event, onSent)
  }
}
