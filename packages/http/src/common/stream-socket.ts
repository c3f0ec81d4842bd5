import { Duplex } from 'node:stream'
import type { PeerId } from '@ipfs-cluster/api'
import { toError } from '@ipfs-cluster/core/util'
import type { ByteStream } from '@ipfs-cluster/core/network'

/** A stream of another peer in the form of a socket, as far as a server of node:http asks for one. */
export class StreamSocket extends Duplex {
  /** Who is at the other side, in the place where access logs look for it. */
  readonly remoteAddress: PeerId
  readonly #stream: ByteStream
  readonly #incoming: AsyncIterator<Uint8Array, void, undefined>
  #idleTimer: NodeJS.Timeout | undefined

  constructor(stream: ByteStream, peer: PeerId) {
    super({ allowHalfOpen: true })
    this.remoteAddress = peer
    this.#stream = stream
    this.#incoming = stream[Symbol.asyncIterator]()
    stream.broken.addEventListener('abort', () => this.destroy())
  }

  /** Emits `timeout` when nothing has come or gone for that long; 0: never. */
  setTimeout(milliseconds: number, listener?: () => void): this {
    clearTimeout(this.#idleTimer)
    this.#idleTimer = milliseconds > 0 ? setTimeout(() => this.emit('timeout'), milliseconds).unref() : undefined
    if (listener !== undefined) this.once('timeout', listener)
    return this
  }

  /** Closes once all that was written has been handed over. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  override _read(): void {
    this.#pull().catch((err: unknown) => this.destroy(toError(err)))
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (err?: Error) => void): void {
    this.#idleTimer?.refresh()
    this.#stream.write(chunk).then(
      () => {
        this.#idleTimer?.refresh()
        done()
      },
      (err: unknown) => done(toError(err))
    )
  }

  override _final(done: (err?: Error) => void): void {
    this.#stream.closeWrite().then(
      () => done(),
      (err: unknown) => done(toError(err))
    )
  }

  override _destroy(err: Error | null, done: (err: Error | null) => void): void {
    this.setTimeout(0)
    // What has been handed over still has to arrive; an abort could overtake it.
    if (err === null && this.writableLength === 0) void this.#stream.close()
    else this.#stream.abort(err ?? new Error('the connection was closed'))
    done(err)
  }

  async #pull(): Promise<void> {
    const next = await this.#incoming.next()
    this.#idleTimer?.refresh()
    if (!this.destroyed) this.push(next.done === true ? null : next.value)
  }
}
