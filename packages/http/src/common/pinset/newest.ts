/** A pin by its place in a listing. */
export interface Ranked {
  /** Milliseconds since the Unix epoch. */
  readonly created: number
  /** Key of the pin in the pinset. */
  readonly key: string
}

/** The order of listings: newest first, and by key what was made at the same time. */
export function compareRanked(a: Ranked, b: Ranked): number {
  return b.created - a.created || (a.key < b.key ? -1 : Number(a.key > b.key))
}

/** The newest of any number of pins, so that a page can be found in a walk over all of them. Holds `size` at most. */
export class Newest<T extends Ranked = Ranked> {
  readonly #size: number
  readonly #items: T[] = []

  constructor(size: number) {
    this.#size = size
  }

  /** Newest first. */
  get items(): readonly T[] {
    return this.#items
  }

  add(item: T): void {
    const last = this.#items.at(-1)
    if (this.#items.length < this.#size) this.#items.splice(this.#placeOf(item), 0, item)
    else if (last !== undefined && compareRanked(item, last) < 0) {
      this.#items.pop()
      this.#items.splice(this.#placeOf(item), 0, item)
    }
  }

  #placeOf(item: Ranked): number {
    let low = 0
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#items[middle]
      if (other !== undefined && compareRanked(other, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/**
 * A page of pins out of those that come first. It does not end between two pins that were made at the same time, as
 * the next page starts before the time of the last one; unless all of them were.
 *
 * @param items - the newest first, one more than the page may hold if there are that many
 */
export function pageOf(items: readonly Ranked[], limit: number): readonly Ranked[] {
  const next = items[limit]
  if (next === undefined) return items
  const page = items.slice(0, limit)
  const cut = page.filter(({ created }) => created !== next.created)
  return cut.length > 0 ? cut : page
}
