import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** How often it is looked whether the last answer has ended. */
const POLL = 10

/** The answers that are being made, each with what makes its work stop. */
export class InFlight {
  readonly #aborts = new Set<AbortController>()

  /**
   * Follows an answer until it is written or the client has gone.
   *
   * @param limit - milliseconds after which the connection is broken off; 0: never
   * @returns aborted when the answer is wanted no more
   */
  track(response: ServerResponse, limit: number): AbortController {
    const abort = new AbortController()
    this.#aborts.add(abort)
    const timer = limit > 0 ? setTimeout(() => response.destroy(), limit) : undefined
    response.on('close', () => {
      clearTimeout(timer)
      this.#aborts.delete(abort)
      if (!response.writableFinished) abort.abort(new Error('the client went away'))
    })
    return abort
  }

  abortAll(reason: Error): void {
    for (const abort of this.#aborts) abort.abort(reason)
  }

  /** Waits until nothing is in flight any more, but not longer than that. */
  async settled(milliseconds: number): Promise<void> {
    const end = Date.now() + milliseconds
    while (this.#aborts.size > 0 && Date.now() < end) await delay(POLL)
  }
}
