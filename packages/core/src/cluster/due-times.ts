/** The nearest of many times, each with a key: a binary heap that forgets what is far away when it is full. */
export class DueTimes<K> {
  readonly #limit: number
  /** The nearest first; each entry is not later than those at twice its place. */
  #heap: { key: K; time: number }[] = []
  #known = new Map<K, number>()
  /** From here on, times have been forgotten. */
  #horizon = Infinity

  /** @param limit - most times to keep */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The nearest time. */
  get next(): number | undefined {
    return this.#heap[0]?.time
  }

  /** Whether there is nothing left of what was kept, but something was forgotten. */
  get isExhausted(): boolean {
    return this.#heap.length === 0 && this.#horizon !== Infinity
  }

  add(key: K, time: number): void {
    if (time >= this.#horizon || this.#known.get(key) === time) return
    this.#known.set(key, time)
    this.#heap.push({ key, time })
    this.#up(this.#heap.length - 1)
    if (this.#heap.length > this.#limit) this.#keepNearest()
  }

  /** Takes a key whose time has come; it may have been added again with a later one. */
  shift(now: number): K | undefined {
    const [first] = this.#heap
    if (first === undefined || first.time > now) return undefined
    const last = this.#heap.pop()
    if (this.#heap.length > 0 && last !== undefined) {
      this.#heap[0] = last
      this.#down(0)
    }
    if (this.#known.get(first.key) === first.time) this.#known.delete(first.key)
    return first.key
  }

  /** What was forgotten will be added again. */
  forget(): void {
    this.#horizon = Infinity
  }

  /** Half of them, so that it is seldom done. */
  #keepNearest(): void {
    const sorted = this.#heap.filter(({ key, time }) => this.#known.get(key) === time).sort((a, b) => a.time - b.time)
    this.#heap = sorted.slice(0, Math.ceil(this.#limit / 2))
    this.#horizon = Math.min(this.#horizon, sorted[this.#heap.length]?.time ?? Infinity)
    this.#known = new Map(this.#heap.map(({ key, time }) => [key, time]))
  }

  #up(index: number): void {
    for (let at = index; at > 0;) {
      const parent = (at - 1) >> 1
      if (!this.#swapIfEarlier(at, parent)) return
      at = parent
    }
  }

  #down(index: number): void {
    for (let at = index; ;) {
      const left = 2 * at + 1
      const right = left + 1
      const child = this.#time(right) < this.#time(left) ? right : left
      if (!this.#swapIfEarlier(child, at)) return
      at = child
    }
  }

  #swapIfEarlier(a: number, b: number): boolean {
    const first = this.#heap[a]
    const second = this.#heap[b]
    if (first === undefined || second === undefined || first.time >= second.time) return false
    this.#heap[a] = second
    this.#heap[b] = first
    return true
  }

  #time(index: number): number {
    return this.#heap[index]?.time ?? Infinity
  }
}
