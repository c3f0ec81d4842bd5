import { abortable } from '../../util/signals.ts'
import type { AbortOptions } from '../../util/startable.ts'

/** How much {@link GroupCommit} takes together, and how much it lets wait. */
export interface GroupCommitInit<T> {
  /** Commits items in their order; all of them or, when it throws, none. */
  commit(items: readonly T[]): Promise<void>
  /** Size of an item, in the unit of `maxSize`. */
  sizeOf(item: T): number
  /** Largest group, unless a single item is larger. */
  maxSize: number
  /** Items that may wait; {@link GroupCommit.add} waits for room before there are more. */
  maxWaiting: number
}

interface Waiting<T> {
  readonly item: T
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Collects what arrives while one group is being committed, and commits it as the next group. A lone item is committed
 * at once, a flood in large groups, and nobody has to choose how long to wait.
 */
export class GroupCommit<T> {
  readonly #init: GroupCommitInit<T>
  readonly #waiting: Waiting<T>[] = []
  #running: Promise<void> | undefined
  #room = Promise.withResolvers<void>()

  constructor(init: GroupCommitInit<T>) {
    this.#init = init
  }

  /**
   * Resolves when the item is committed. Aborting gives up waiting for room; after that the item will be committed, and
   * aborting only means not to wait for it.
   */
  async add(item: T, options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    while (this.#waiting.length >= this.#init.maxWaiting) await abortable(this.#room.promise, options)
    const committed = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
    })
    this.#running ??= this.#run()
    await (options.signal === undefined ? committed : abortable(committed, options))
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Those who were just answered may have more to say: let them, or every other group would be a group of one.
      await new Promise(setImmediate)
      await this.#commitGroup(this.#takeGroup())
    }
    this.#running = undefined
  }

  #takeGroup(): Waiting<T>[] {
    let size = 0
    let count = 0
    for (const { item } of this.#waiting) {
      size += this.#init.sizeOf(item)
      if (count > 0 && size > this.#init.maxSize) break
      count++
    }
    const group = this.#waiting.splice(0, count)
    this.#room.resolve()
    this.#room = Promise.withResolvers()
    return group
  }

  async #commitGroup(group: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#init.commit(group.map(({ item }) => item))
      for (const { resolve } of group) resolve()
    } catch (err) {
      for (const { reject } of group) reject(err)
    }
  }
}
