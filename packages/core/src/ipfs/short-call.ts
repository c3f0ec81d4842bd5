import type { Dispatcher } from 'undici'

/** Bytes of an answer that are kept. */
export interface AnswerLimits {
  /** Of one with status 200; a larger one ends the call. */
  whole: number
  /** Of any other, which is an explanation: what is behind is left unread. */
  explanation: number
}

/** An answer that has come to its end. */
export interface Answer {
  readonly status: number
  /** Empty when the status is 200 and somebody took the chunks as they came. */
  readonly body: Buffer
  readonly trailers: Readonly<Record<string, string | string[] | undefined>>
  /** With status 200 the answer was larger than what is kept. */
  readonly isCut: boolean
}

export interface ShortCallInit {
  limits: AnswerLimits
  /** Takes what comes with status 200. What it throws ends the call. */
  onData?: ((chunk: Buffer) => void) | undefined
}

/** Nobody waits for more. */
const ENOUGH = new Error('the rest of the answer is not wanted')

/**
 * A call whose answer is short, or is dealt with at once: without the stream that undici makes of an answer otherwise,
 * which costs more than all the rest of a call.
 */
export class ShortCall implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Answer>
  readonly #init: ShortCallInit
  readonly #settle: PromiseWithResolvers<Answer>
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  readonly #chunks: Buffer[] = []
  #size = 0
  #abortReason: Error | undefined

  constructor(init: ShortCallInit) {
    this.#init = init
    this.#settle = Promise.withResolvers()
    this.answer = this.#settle.promise
  }

  abort(reason: Error): void {
    this.#abortReason ??= reason
    this.#settle.reject(reason)
    this.#controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#abortReason !== undefined) controller.abort(this.#abortReason)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { limits, onData } = this.#init
    const isWhole = this.#status === 200
    if (isWhole && onData !== undefined) {
      this.#handOn(onData, chunk)
      return
    }
    this.#size += chunk.length
    if (this.#size <= (isWhole ? limits.whole : limits.explanation)) {
      this.#chunks.push(chunk)
    } else {
      this.#finish({}, isWhole)
      this.abort(ENOUGH)
    }
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: Answer['trailers']): void {
    this.#finish(trailers, false)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // What there is of an explanation is enough: the answer is an error, whatever becomes of it.
    if (this.#status > 0 && this.#status !== 200) this.#finish({}, false)
    else this.#settle.reject(error)
  }

  #handOn(onData: (chunk: Buffer) => void, chunk: Buffer): void {
    try {
      onData(chunk)
    } catch (err) {
      this.abort(err as Error)
    }
  }

  #finish(trailers: Answer['trailers'], isCut: boolean): void {
    const [first = Buffer.alloc(0)] = this.#chunks
    const body = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first
    this.#settle.resolve({ status: this.#status, body, trailers, isCut })
  }
}
