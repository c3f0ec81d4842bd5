import type { Startable } from './startable.ts'

/** What a {@link RepeatingTask} does, and when. */
export interface RepeatingTaskInit {
  /** Milliseconds from the end of one run to the start of the next. */
  interval: number
  /** Milliseconds to the first run; 0 when absent. */
  delay?: number
  /** The signal aborts when the task is stopped. */
  run(signal: AbortSignal): Promise<void>
  /** Hears what `run` throws, except because it was stopped. The next run comes all the same. */
  onError(error: unknown): void
}

/** Does one thing again and again, never twice at the same moment. Its timer does not keep the process alive. */
export class RepeatingTask implements Startable {
  readonly #init: RepeatingTaskInit
  #abort: AbortController | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(init: RepeatingTaskInit) {
    this.#init = init
  }

  start(): void {
    if (this.#abort !== undefined) return
    this.#abort = new AbortController()
    this.#schedule(this.#init.delay ?? 0, this.#abort.signal)
  }

  /** Does not wait for the next time, unless a run is under way. */
  runNow(): void {
    if (this.#abort === undefined || this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#schedule(0, this.#abort.signal)
  }

  /** Resolves when the run that is under way, if any, has ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#abort?.abort()
    this.#abort = undefined
    await this.#running
  }

  #schedule(delay: number, signal: AbortSignal): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#running = this.#run(signal)
    }, delay)
    this.#timer.unref()
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      await this.#init.run(signal)
    } catch (err) {
      if (!signal.aborted) this.#init.onError(err)
    }
    if (!signal.aborted) this.#schedule(this.#init.interval, signal)
  }
}
