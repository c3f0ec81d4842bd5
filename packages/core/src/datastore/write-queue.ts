import type { Write } from './interface.ts'

/** Most changes that are put into one batch together, unless one caller alone brings more. */
const MAX_GROUP_WRITES = 20_000

interface Waiting {
  readonly writes: readonly Write[]
  readonly sync: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * One write at a time, all that wait in one batch. Callers share a sync; and after a write that failed halfway nothing
 * stands behind its remains in the log, where recovery would not find it: the writer refuses until it has recovered.
 */
export class WriteQueue {
  readonly #write: (writes: readonly Write[], sync: boolean) => Promise<void>
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  constructor(write: (writes: readonly Write[], sync: boolean) => Promise<void>) {
    this.#write = write
  }

  /** Resolves when the changes are written. */
  add(writes: readonly Write[], sync: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, sync, resolve, reject })
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

  #takeGroup(): Waiting[] {
    let count = 0
    let writes = 0
    for (const {
      writes: { length }
    } of this.#waiting) {
      if (count > 0 && writes + length > MAX_GROUP_WRITES) break
      count++
      writes += length
    }
    return this.#waiting.splice(0, count)
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const writes = group.length === 1 ? (group[0]?.writes ?? []) : group.flatMap((waiting) => waiting.writes)
      await this.#write(
        writes,
        group.some((waiting) => waiting.sync)
      )
      for (const { resolve } of group) resolve()
    } catch (err) {
      for (const { reject } of group) reject(err)
    }
  }
}
