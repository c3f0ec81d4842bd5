/** Keys that are remembered, in 16 to 32 bytes each. */
const MAX_REMEMBERED = 4_000_000

const FIRST_SIZE = 1 << 12

/**
 * Tells whether any key came twice, without holding the keys. May say so though none did, once in thousands of
 * pinsets of a million; never the other way round.
 */
export class DistinctKeys {
  /** Sums of keys, each at its remainder or the next free place behind it; 0 is free. */
  #sums = new Float64Array(FIRST_SIZE)
  #count = 0
  #highest = ''
  #areDistinct = true

  get areDistinct(): boolean {
    return this.#areDistinct
  }

  add(key: string): void {
    if (!this.#areDistinct) return
    const isNew = this.#count < MAX_REMEMBERED && this.#remember(sumOf(key))
    // In a file that was exported each key is behind all before it, however many there are.
    const isBehind = key > this.#highest
    if (isBehind) this.#highest = key
    this.#areDistinct = isBehind || isNew
  }

  #remember(sum: number): boolean {
    if (this.#count * 2 >= this.#sums.length) this.#grow()
    const isNew = place(this.#sums, sum)
    if (isNew) this.#count++
    return isNew
  }

  #grow(): void {
    const larger = new Float64Array(this.#sums.length * 2)
    for (const sum of this.#sums) if (sum !== 0) place(larger, sum)
    this.#sums = larger
  }
}

/** @returns false when the sum has its place already */
function place(sums: Float64Array, sum: number): boolean {
  const mask = sums.length - 1
  for (let at = sum & mask; ; at = (at + 1) & mask) {
    if (sums[at] === sum) return false
    if (sums[at] === 0) {
      sums[at] = sum
      return true
    }
  }
}

/** 52 bits and never 0: FNV-1a from two beginnings. */
function sumOf(key: string): number {
  let low = 0x811c9dc5
  let high = 0x2f0b4a87
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x85ebca6b)
    high ^= high >>> 15
  }
  return (high & 0xfffff) * 2 ** 32 + (low >>> 0) || 1
}
