import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { Uint8ArrayList } from 'uint8arraylist'
import { matches } from '../../dag/hashes.ts'
import { IDLE_CLOSE, MAX_ANSWER_SIZE, MAX_UNSENT, OPEN_WANTS, STEP_TIMEOUT } from './defaults.ts'
import { decodeAnswer, encodeWants, Status } from './messages.ts'
import { readMessages, sendAndWait } from './stream.ts'

/** The other node sent what nobody asked for, or bytes that make no sense. */
export class RubbishError extends Error {
  override readonly name = 'RubbishError'
}

/** The other node broke off, or has no time. */
export class LinkBrokenError extends Error {
  override readonly name = 'LinkBrokenError'
}

interface Want {
  cid: CID
  /** Nobody waits for it any more. */
  isAbandoned: boolean
  settle: PromiseWithResolvers<Uint8Array | undefined>
}

/** What is asked of one other node, over one stream that is opened when it is needed. */
export class PeerLink {
  readonly #open: () => Promise<Stream>
  readonly #stepTimeout: number
  #stream: Stream | undefined
  #isPumping = false
  #waiting: Want[] = []
  /** Sent, and answered in this order. */
  #asked: Want[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param open opens a stream to the other node */
  constructor(open: () => Promise<Stream>, init: { stepTimeout?: number } = {}) {
    this.#open = open
    this.#stepTimeout = init.stepTimeout ?? STEP_TIMEOUT
  }

  /** Wants without an answer. */
  get load(): number {
    return this.#waiting.length + this.#asked.length
  }

  /**
   * Asks for a block.
   *
   * @returns its bytes, checked; undefined when the other node does not have it
   * @throws RubbishError, LinkBrokenError, or the reason of the signal
   */
  async ask(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
    signal.throwIfAborted()
    const want: Want = { cid, isAbandoned: false, settle: Promise.withResolvers() }
    const onAbort = (): void => this.#abandon(want, signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#waiting.push(want)
    void this.#pump()
    try {
      return await want.settle.promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Breaks off. Everything that waits is rejected. */
  close(): void {
    this.#fail(new LinkBrokenError('the connection was lost'))
  }

  #abandon(want: Want, reason: unknown): void {
    want.isAbandoned = true
    want.settle.reject(reason)
    this.#waiting = this.#waiting.filter((other) => other !== want)
  }

  /** Sends wants as long as the window is open. One at a time does, and all wants of a turn go together. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      await Promise.resolve()
      while (this.#waiting.length > 0 && this.#asked.length < OPEN_WANTS) {
        const stream = this.#stream ?? (await this.#connect())
        const wants = this.#waiting.splice(0, OPEN_WANTS - this.#asked.length)
        if (wants.length === 0) break
        this.#asked.push(...wants)
        this.#watch()
        await sendAndWait(stream, new Uint8ArrayList(encodeWants(wants.map(({ cid }) => cid))), MAX_UNSENT)
      }
    } catch (err) {
      this.#fail(new LinkBrokenError('the other node cannot be asked', { cause: err }))
    } finally {
      this.#isPumping = false
    }
  }

  async #connect(): Promise<Stream> {
    const stream = await this.#open()
    this.#stream = stream
    const onRubbish = (err: Error): void => this.#fail(new RubbishError(err.message, { cause: err }), stream)
    readMessages(stream, MAX_ANSWER_SIZE, (message) => this.#onAnswer(message), onRubbish)
    for (const event of ['remoteCloseWrite', 'close'] as const) {
      stream.addEventListener(event, () => this.#fail(new LinkBrokenError('the other node broke off'), stream))
    }
    return stream
  }

  #onAnswer(message: Uint8Array): void {
    const want = this.#asked[0]
    if (want === undefined) throw new Error('an answer to no question')
    const { status, block } = decodeAnswer(message)
    if (status === Status.ABSENT) want.settle.resolve(undefined)
    else if (status !== Status.BLOCK) return this.#fail(new LinkBrokenError('the other node has no time'))
    else if (matches(want.cid, block)) want.settle.resolve(block)
    else throw new Error('bytes that are not of the block that was asked for')
    this.#asked.shift()
    this.#watch()
    if (this.#waiting.length > 0) void this.#pump()
  }

  /** Breaks off when the next answer does not come in time, and ends a stream that is not needed. */
  #watch(): void {
    clearTimeout(this.#timer)
    const isIdle = this.#asked.length === 0
    const onTime = (): void => (isIdle ? this.#endStream() : this.#fail(new LinkBrokenError('no answer in time')))
    this.#timer = setTimeout(onTime, isIdle ? IDLE_CLOSE : this.#stepTimeout)
    this.#timer.unref()
  }

  #endStream(): void {
    const stream = this.#stream
    this.#stream = undefined
    stream?.close().catch((err: unknown) => stream.abort(err as Error))
  }

  /** @param from the stream that failed, if it is one: an old one does not concern what is asked by now */
  #fail(reason: Error, from?: Stream): void {
    if (from !== undefined && from !== this.#stream) return
    clearTimeout(this.#timer)
    const stream = this.#stream
    this.#stream = undefined
    const wants = [...this.#asked.splice(0), ...this.#waiting.splice(0)]
    for (const { settle } of wants) settle.reject(reason)
    stream?.abort(reason)
  }
}
