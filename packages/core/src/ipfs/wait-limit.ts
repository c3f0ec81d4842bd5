/** The longest delay that a Node timer takes: about 24 days. */
const LONGEST_DELAY = 2 ** 31 - 1

/** What is limited: the whole of a call, or each single wait for the node within it. */
export type WaitLimitKind = 'total' | 'idle'

/**
 * Puts an end to waiting for a node that says nothing: its signal aborts when the time is up, or when the caller's
 * signal does. An `idle` limit does not run while we keep the node waiting.
 */
export class WaitLimit {
  readonly #controller = new AbortController()
  readonly #kind: WaitLimitKind
  readonly #caller: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout | undefined
  #paused = false

  /**
   * @param milliseconds - 0: no limit but the caller's signal
   * @param expired - makes the error that the call ends with when the time is up
   */
  constructor(kind: WaitLimitKind, milliseconds: number, caller: AbortSignal | undefined, expired: () => Error) {
    this.#kind = kind
    this.#caller = caller
    caller?.throwIfAborted()
    caller?.addEventListener('abort', this.#onCallerAbort, { once: true })
    if (milliseconds > 0) {
      const onTimer = (): void => {
        if (!this.#paused) this.abort(expired())
      }
      // The connection that is waited on keeps the process alive, if there is one.
      this.#timer = setTimeout(onTimer, Math.min(milliseconds, LONGEST_DELAY)).unref()
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  /** There was progress: the whole time is at hand again. */
  restart(): void {
    this.#timer?.refresh()
  }

  /** From here to `resume` the node waits for us. */
  pause(): void {
    this.#paused = this.#kind === 'idle'
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.restart()
  }

  /** Releases the timer and the caller's signal. Must be called when the call has ended. */
  dispose(): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#onCallerAbort)
  }

  readonly #onCallerAbort = (): void => this.#controller.abort(this.#caller?.reason)
}
