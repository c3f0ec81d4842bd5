const SIZE = 16

interface Write {
  done: Promise<void>
  then: (() => Promise<void>) | undefined
}

/**
 * Some writes under way at once, so that the next blocks are read and hashed while the last are being written. What is
 * to follow a write follows in the order in which the writes were added.
 */
export class WriteWindow {
  readonly #running: Write[] = []

  /** Adds a write, and waits for the oldest one when there are too many. */
  async add(done: Promise<void>, then?: () => Promise<void>): Promise<void> {
    // Its failure counts when its turn comes.
    done.catch(() => {})
    this.#running.push({ done, then })
    if (this.#running.length > SIZE) await this.#finishOldest()
  }

  /** Waits for all writes. */
  async end(): Promise<void> {
    while (this.#running.length > 0) await this.#finishOldest()
  }

  async #finishOldest(): Promise<void> {
    const oldest = this.#running.shift()
    await oldest?.done
    await oldest?.then?.()
  }
}
