/**
 * Numbers at places, and the sum of all that stand before a place: both to change one and to sum up takes as many steps
 * as the number of places has binary digits. (A Fenwick tree.)
 */
export class PrefixSums {
  /** What stands under `i` is the sum of as many places before `i` as its lowest set bit says. */
  readonly #sums: Int32Array

  /** @param ones - so many of the first places hold 1, the others 0 */
  constructor(places: number, ones: number = 0) {
    this.#sums = new Int32Array(places + 1)
    for (let i = 1; i <= places; i++) {
      this.#sums[i] = Math.min(i, ones) - Math.min(i - lowestBit(i), ones)
    }
  }

  /** Number of places. */
  get size(): number {
    return this.#sums.length - 1
  }

  add(place: number, by: number): void {
    const sums = this.#sums
    for (let i = place + 1; i < sums.length; i += lowestBit(i)) sums[i] = (sums[i] ?? 0) + by
  }

  before(place: number): number {
    let sum = 0
    for (let i = place; i > 0; i -= lowestBit(i)) sum += this.#sums[i] ?? 0
    return sum
  }
}

function lowestBit(i: number): number {
  return i & -i
}
