import type { Datastore, Write } from '../../datastore/index.ts'

/** Writes batches in their order, while the next is being made: two are under way at most. */
export class WriteAhead {
  readonly #datastore: Pick<Datastore, 'batch'>
  #last: Promise<void> = Promise.resolve()

  constructor(datastore: Pick<Datastore, 'batch'>) {
    this.#datastore = datastore
  }

  /**
   * Begins to write a batch.
   *
   * @param after - called when it is written, or has failed
   * @returns when the one before is written
   * @throws ClusterError what made the one before fail
   */
  async add(writes: readonly Write[], after?: () => void): Promise<void> {
    const before = this.#last
    this.#last = this.#datastore.batch(writes).finally(after)
    // Whoever adds the next batch, or ends, is told; but that may be after something else has failed.
    this.#last.catch(() => {})
    await before
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    await this.#last
  }
}
