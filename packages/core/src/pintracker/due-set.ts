/** Width of a bucket in milliseconds: nobody waits for less than this between two tries. */
const BUCKET = 1000

/**
 * Items with the time at which their turn comes, to a second. Any of them can be taken out in constant time, so a
 * million of them that come and go leave nothing behind.
 */
export class DueSet<T> {
  readonly #buckets = new Map<number, Set<T>>()
  #first = Infinity

  /** @param at - milliseconds */
  add(item: T, at: number): void {
    const bucket = bucketOf(at)
    const items = this.#buckets.get(bucket) ?? new Set()
    this.#buckets.set(bucket, items.add(item))
    this.#first = Math.min(this.#first, bucket)
  }

  /** @param at - what it was added with */
  delete(item: T, at: number): void {
    const bucket = bucketOf(at)
    const items = this.#buckets.get(bucket)
    if (items?.delete(item) === true && items.size === 0) this.#drop(bucket)
  }

  /** When there is something to take, undefined when there is nothing. Never earlier than an item was added for. */
  get next(): number | undefined {
    return this.#first === Infinity ? undefined : this.#first * BUCKET
  }

  /** Takes what is due, at most that many. */
  take(now: number, limit: number): T[] {
    const taken: T[] = []
    while (this.#first * BUCKET <= now && taken.length < limit) {
      const items = this.#buckets.get(this.#first) ?? new Set<T>()
      for (const item of items) {
        if (taken.length >= limit) break
        items.delete(item)
        taken.push(item)
      }
      if (items.size === 0) this.#drop(this.#first)
    }
    return taken
  }

  #drop(bucket: number): void {
    this.#buckets.delete(bucket)
    if (bucket !== this.#first) return
    this.#first = Infinity
    for (const other of this.#buckets.keys()) this.#first = Math.min(this.#first, other)
  }
}

function bucketOf(at: number): number {
  return Math.ceil(at / BUCKET)
}
