import type { ComponentLogger, Logger } from '@ipfs-cluster/core/util'

/** A log that keeps its messages and can be waited for. */
export class RecordingLog implements ComponentLogger {
  readonly messages: string[] = []
  readonly #waiting = new Set<() => void>()

  forComponent(): Logger {
    const keep = (message: string): void => {
      this.messages.push(message)
      for (const look of this.#waiting) look()
    }
    return { error: keep, warn: keep, info: keep, debug: keep }
  }

  /** Resolves with a message, once there are as many like it. */
  async logged(pattern: RegExp, times = 1): Promise<string> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.messages.filter((message) => pattern.test(message))
        if (found.length < times) return
        this.#waiting.delete(look)
        resolve(found[times - 1]!)
      }
      this.#waiting.add(look)
      look()
    })
  }
}
