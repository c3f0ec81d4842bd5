import type { CreationPlace } from '@ipfs-cluster/core/state'

/** The first by some order of any number of items, so that a page can be found in a walk over all. Holds `size` at most. */
export class First<T> {
  readonly #size: number
  readonly #compare: (a: T, b: T) => number
  readonly #items: T[] = []

  constructor(size: number, compare: (a: T, b: T) => number) {
    this.#size = size
    this.#compare = compare
  }

  /** In order. */
  get items(): readonly T[] {
    return this.#items
  }

  add(item: T): void {
    const last = this.#items.at(-1)
    if (this.#items.length < this.#size) this.#items.splice(this.#placeOf(item), 0, item)
    else if (last !== undefined && this.#compare(item, last) < 0) {
      this.#items.pop()
      this.#items.splice(this.#placeOf(item), 0, item)
    }
  }

  #placeOf(item: T): number {
    let low = 0
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#items[middle]
      if (other !== undefined && this.#compare(other, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** By time, and by key what was made at the same time: the order of `listByCreation`. */
export function compareOldest(a: CreationPlace, b: CreationPlace): number {
  return a.created - b.created || (a.key < b.key ? -1 : Number(a.key > b.key))
}

export function compareNewest(a: CreationPlace, b: CreationPlace): number {
  return compareOldest(b, a)
}

/**
 * A page of pins out of those that come first. It does not end between two pins that were made at the same time, as
 * the next page starts before the time of the last one; unless all of them were.
 *
 * @param items - the newest first, one more than the page may hold if there are that many
 */
export function pageOf(items: readonly CreationPlace[], limit: number): readonly CreationPlace[] {
  const next = items[limit]
  if (next === undefined) return items
  const page = items.slice(0, limit)
  const cut = page.filter(({ created }) => created !== next.created)
  return cut.length > 0 ? cut : page
}
