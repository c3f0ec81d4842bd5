import type { Write } from './interface.ts'

/** Most changes that are put into one batch together, unless one caller alone brings more. */
const MAX_GROUP_WRITES = 20_000

/** Changes of one caller that are a batch of their own: to share one would save them nothing. */
const LARGE_WRITE = 500

/** What writes. */
export interface Writer<Batch> {
  /**
   * Puts a batch together ahead of its turn, which takes about as long as to write it.
   *
   * @returns undefined when that is not possible now
   */
  prepare(writes: readonly Write[]): Batch | undefined
  /** @param batch - of the same changes, if it was prepared */
  write(writes: readonly Write[], sync: boolean, batch: Batch | undefined): Promise<void>
}

interface Waiting<Batch> {
  readonly writes: readonly Write[]
  readonly sync: boolean
  readonly batch: Batch | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * One write at a time, all that wait in one batch. Callers share a sync; and after a write that failed halfway nothing
 * stands behind its remains in the log, where recovery would not find it: the writer refuses until it has recovered.
 */
export class WriteQueue<Batch> {
  readonly #writer: Writer<Batch>
  #waiting: Waiting<Batch>[] = []
  #running: Promise<void> | undefined

  constructor(writer: Writer<Batch>) {
    this.#writer = writer
  }

  /** Resolves when the changes are written. */
  add(writes: readonly Write[], sync: boolean): Promise<void> {
    const isAhead = this.#running !== undefined && writes.length >= LARGE_WRITE
    const batch = isAhead ? this.#writer.prepare(writes) : undefined
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, sync, batch, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeGroup(this.#takeGroup())
    this.#running = undefined
  }

  #takeGroup(): Waiting<Batch>[] {
    let count = 0
    let total = 0
    for (const { writes, batch } of this.#waiting) {
      if (count > 0 && (batch !== undefined || total + writes.length > MAX_GROUP_WRITES)) break
      count++
      total += writes.length
      if (batch !== undefined) break
    }
    return this.#waiting.splice(0, count)
  }

  async #writeGroup(group: readonly Waiting<Batch>[]): Promise<void> {
    try {
      const writes = group.length === 1 ? (group[0]?.writes ?? []) : group.flatMap((waiting) => waiting.writes)
      const isSynced = group.some(({ sync }) => sync)
      await this.#writer.write(writes, isSynced, group[0]?.batch)
      for (const { resolve } of group) resolve()
    } catch (err) {
      for (const { reject } of group) reject(err)
    }
  }
}
