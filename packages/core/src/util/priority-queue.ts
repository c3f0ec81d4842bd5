import { FifoSet } from './fifo-set.ts'

/**
 * A queue of a few levels, each first in, first out and bounded: an item leaves when no level above it holds any.
 *
 * @example
 * const queue = new PriorityQueue<string>({ levels: 2, limit: 1000 })
 * queue.push('old', 1)
 * queue.push('new', 0)
 * queue.shift() // 'new'
 */
export class PriorityQueue<T> implements Iterable<T> {
  readonly #levels: readonly FifoSet<T>[]
  readonly #limit: number

  /** `limit` is the most items that one level holds. */
  constructor(options: { levels: number; limit: number }) {
    this.#levels = Array.from({ length: options.levels }, () => new FifoSet<T>())
    this.#limit = options.limit
  }

  get size(): number {
    return this.#levels.reduce((sum, level) => sum + level.size, 0)
  }

  /**
   * @param level - 0 goes first
   * @param force - for items that have been accepted before: takes one even when the level is full
   * @returns false when the level is full; the item is not in the queue then
   */
  push(item: T, level: number, force: boolean = false): boolean {
    const queue = this.#levels[level]
    if (queue === undefined) throw new RangeError(`the queue has no level ${level}`)
    if (!force && queue.size >= this.#limit && !queue.has(item)) return false
    queue.push(item)
    return true
  }

  /** Takes an item out before its turn. */
  delete(item: T): boolean {
    return this.#levels.some((level) => level.delete(item))
  }

  /** Takes the next item. */
  shift(): T | undefined {
    for (const level of this.#levels) {
      if (level.size > 0) return level.shift()
    }
    return undefined
  }

  /** The place of an item, 1 for the one that leaves next; 0 when it does not wait. */
  placeOf(item: T): number {
    let before = 0
    for (const level of this.#levels) {
      const place = level.placeOf(item)
      if (place > 0) return before + place
      before += level.size
    }
    return 0
  }

  /** The items in the order in which they would leave. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (const level of this.#levels) yield* level
  }
}
