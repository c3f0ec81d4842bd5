import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { ClusterError } from '@ipfs-cluster/api'
import { messageOf, toError } from '../util/errors.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { ByteStream } from './byte-stream.ts'
import { ChunkQueue } from './chunk-queue.ts'

/** Unread bytes at which the other side is told to pause, and those at which it may go on. */
const PAUSE_ABOVE = 1024 * 1024
const RESUME_BELOW = PAUSE_ABOVE / 2

/**
 * Bytes that libp2p holds for us while paused. Not more than a full yamux window can come then; what goes beyond makes
 * libp2p reset the stream, so the limit must not be below the largest window that yamux opens.
 */
const MAX_PAUSED = 16 * 1024 * 1024

/**
 * Unsent bytes at which the writer waits. libp2p takes whatever it is given, and its own `onDrain` does not wait for a
 * full yamux window.
 */
const MAX_UNSENT = 1024 * 1024

/**
 * How long, in milliseconds, what we wrote may take to arrive and the other side to end its writing, once we are through
 * with the stream. A Go peer waits as long.
 */
const CLOSE_GRACE = 5 * 60_000

/**
 * A libp2p stream as a {@link ByteStream}. Make it before anything can be awaited: it listens from the start, where the
 * iterator of a libp2p stream never ends if the end came before it was asked for the first time.
 */
export function libp2pByteStream(stream: Stream): ByteStream {
  return new Libp2pByteStream(stream)
}

class Libp2pByteStream implements ByteStream {
  readonly #stream: Stream
  readonly #incoming = new ChunkQueue(() => this.#resume())
  /** Whether the other side has ended its writing: libp2p ends the reading when the connection is lost as well. */
  #hasRemoteEnded: boolean
  #isClosing = false

  constructor(stream: Stream) {
    this.#stream = stream
    this.#hasRemoteEnded = stream.status === 'open' && stream.remoteWriteStatus === 'closed'
    stream.maxReadBufferLength = Math.max(stream.maxReadBufferLength, MAX_PAUSED)
    stream.addEventListener('message', (event) => this.#onMessage(event))
    stream.addEventListener('remoteCloseWrite', () => (this.#hasRemoteEnded = true))
    stream.addEventListener('end', () => this.#endIfRead())
    stream.addEventListener('close', (event) => this.#onClose(event))
    if (stream.status !== 'open') this.#incoming.fail(connectionLost())
    else this.#endIfRead()
  }

  get broken(): AbortSignal {
    return this.#incoming.broken
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    return this.#incoming.read()
  }

  async write(bytes: Uint8Array, options: AbortOptions = {}): Promise<void> {
    for (let start = 0; start < bytes.length; start += MAX_UNSENT) {
      this.broken.throwIfAborted()
      this.#send(bytes.subarray(start, start + MAX_UNSENT))
      while (this.#stream.writeBufferLength > MAX_UNSENT) {
        await this.#somethingSent(options)
        this.broken.throwIfAborted()
      }
    }
  }

  async closeWrite(options: AbortOptions = {}): Promise<void> {
    this.broken.throwIfAborted()
    await this.#stream.close(options)
  }

  async close(): Promise<void> {
    if (this.#isClosing || this.broken.aborted) return
    this.#isClosing = true
    this.#incoming.end()
    this.#incoming.clear()
    if (this.#stream.status !== 'open') return
    const timeout = setTimeout(() => this.abort(new Error('the other side did not end its stream')), CLOSE_GRACE)
    timeout.unref()
    this.#stream.addEventListener('close', () => clearTimeout(timeout))
    try {
      await this.#stream.closeRead()
      await this.#stream.close()
    } catch (err) {
      this.abort(toError(err))
    }
  }

  abort(reason: Error): void {
    this.#incoming.fail(reason)
    this.#stream.abort(reason)
    this.#incoming.clear()
  }

  #send(bytes: Uint8Array): void {
    try {
      this.#stream.send(bytes)
    } catch (err) {
      throw brokenBy(err)
    }
  }

  #onMessage({ data }: StreamMessageEvent): void {
    this.#incoming.push(data.subarray())
    // libp2p tells of the end once, which is before us when a whole call came in one piece with the ask for its protocol.
    this.#endIfRead()
    if (this.#incoming.size > PAUSE_ABOVE && this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  #endIfRead(): void {
    if (this.#hasRemoteEnded && this.#stream.readBufferLength === 0) this.#incoming.end()
  }

  #onClose({ error }: StreamCloseEvent): void {
    if (error !== undefined) this.#incoming.fail(brokenBy(error))
    else if (!this.#hasRemoteEnded && !this.#isClosing) this.#incoming.fail(connectionLost())
  }

  #resume(): void {
    const { readStatus } = this.#stream
    if (readStatus === 'paused' && (this.#isClosing || this.#incoming.size < RESUME_BELOW)) this.#stream.resume()
  }

  /** Resolves when some of what was written has left, or nothing will leave any more. */
  async #somethingSent({ signal }: AbortOptions): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onSent = (): void => resolve()
    const onAbort = (): void => reject(toError(signal?.reason))
    for (const event of SENT_EVENTS) this.#stream.addEventListener(event, onSent)
    signal?.addEventListener('abort', onAbort)
    try {
      signal?.throwIfAborted()
      await promise
    } finally {
      for (const event of SENT_EVENTS) this.#stream.removeEventListener(event, onSent)
      signal?.removeEventListener('abort', onAbort)
    }
  }
}

const SENT_EVENTS = ['drain', 'idle', 'close'] as const

function brokenBy(cause: unknown): ClusterError {
  return new ClusterError('ERR_STREAM', messageOf(cause), { cause })
}

function connectionLost(): ClusterError {
  return new ClusterError('ERR_STREAM', 'the connection was lost')
}
