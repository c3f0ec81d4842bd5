import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Journal, LoggedChange } from './journal.ts'
import type { Change } from './local.ts'

/** How many changes wait, and how long, to go into one delta. */
export interface BatchingOptions {
  /** Changes that make a delta. */
  maxBatchSize: number
  /** Milliseconds that the first change of a delta waits at most. */
  maxBatchAge: number
  /** Changes that may wait; more wait for a commit. 50,000 when absent. */
  maxQueueSize?: number
}

/** What a {@link Batcher} needs. */
export interface BatcherInit {
  journal: Journal
  options: Required<BatchingOptions>
  /** Makes deltas of changes and forgets them in the journal, both or nothing. */
  commit(changes: readonly LoggedChange[]): Promise<void>
  log: Logger
}

/**
 * The `batching` option of the Go release: changes are acknowledged when they are logged on disk, and become part of the
 * set when there are enough of them or the first has waited long enough.
 */
export class Batcher {
  readonly #init: BatcherInit
  #waiting: LoggedChange[] = []
  #timer: NodeJS.Timeout | undefined
  #committing: Promise<void> = Promise.resolve()

  constructor(init: BatcherInit) {
    this.#init = init
  }

  /** Commits what an earlier run left. */
  async start(): Promise<void> {
    for await (const changes of this.#init.journal.read()) await this.#init.commit(changes)
  }

  /** Resolves when the disk has the changes; not to be called again before that. */
  async add(changes: readonly Change[]): Promise<void> {
    const { maxBatchSize, maxBatchAge, maxQueueSize } = this.#init.options
    while (this.#waiting.length >= maxQueueSize) await this.#commitAll()
    this.#waiting.push(...(await this.#init.journal.append(changes)))
    if (this.#waiting.length >= maxBatchSize) void this.flush()
    else this.#timer ??= setTimeout(() => void this.flush(), maxBatchAge)
  }

  /** Commits everything that waits. What cannot be committed stays in the journal and is tried again. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    try {
      await this.#commitAll()
    } catch (err) {
      this.#init.log.error(`changes wait in the journal because they could not be committed: ${messageOf(err)}`)
      this.#timer ??= setTimeout(() => void this.flush(), this.#init.options.maxBatchAge)
    }
  }

  /** Commits what waits, and ends. */
  async stop(): Promise<void> {
    await this.flush()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #commitAll(): Promise<void> {
    const committed = this.#committing.then(() => this.#commitInTurn())
    this.#committing = committed.catch(() => {})
    return committed
  }

  async #commitInTurn(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, this.#init.options.maxBatchSize)
      await this.#init.commit(batch)
      this.#waiting.splice(0, batch.length)
    }
  }
}
