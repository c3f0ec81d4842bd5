import { abortable } from './signals.ts'
import type { AbortOptions } from './startable.ts'

/** Runs tasks side by side, up to a number of them. To be disposed of where its tasks must have ended. */
export class Pool implements AsyncDisposable {
  readonly #limit: number
  readonly #running = new Set<Promise<void>>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Resolves when the task has begun, which is when there is room for it. A task must not throw. */
  async add(task: () => Promise<void>, options: AbortOptions = {}): Promise<void> {
    while (this.#running.size >= this.#limit) await abortable(Promise.race(this.#running), options)
    const running = task().finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Resolves when no task runs any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#running)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.idle()
  }
}
