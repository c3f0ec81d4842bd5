/**
 * A queue without duplicates from whose middle items can be taken in constant time. Holds nothing but a Set, so a
 * million waiting items cost what a Set of them costs.
 */
export class FifoSet<T> implements Iterable<T> {
  readonly #items = new Set<T>()
  // A Set's iterator goes on behind what it gave last, however much was deleted before; starting anew for each item
  // would walk over all of the holes again.
  #front = this.#items.values()

  get size(): number {
    return this.#items.size
  }

  has(item: T): boolean {
    return this.#items.has(item)
  }

  /** Puts an item at the end; one that waits already keeps its place. */
  push(item: T): void {
    this.#items.add(item)
  }

  /** Takes the item out, wherever it stands. */
  delete(item: T): boolean {
    return this.#items.delete(item)
  }

  /** Takes the first item. */
  shift(): T | undefined {
    let next = this.#front.next()
    if (next.done === true) {
      this.#front = this.#items.values()
      next = this.#front.next()
    }
    if (next.done === true) return undefined
    this.#items.delete(next.value)
    return next.value
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values()
  }
}
