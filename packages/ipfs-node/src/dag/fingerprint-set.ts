import { randomInt } from 'node:crypto'

const WORDS = 3
const MAX_LOAD = 0.6

/**
 * A set of CIDs or multihashes that takes 12 bytes of memory for each instead of some hundred, so that a walk over
 * millions of blocks fits. It keeps 95 bits of each, mixed with a seed of its own: for ten million entries the chance
 * of a single mix-up is below 1e-14.
 */
export class FingerprintSet {
  #slots: Uint32Array
  #mask: number
  #size = 0
  readonly #seed = [randomInt(2 ** 32), randomInt(2 ** 32), randomInt(2 ** 32)] as const

  /** @param expected entries that are expected; the set grows by itself */
  constructor(expected = 64) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(64, expected / MAX_LOAD)))
    this.#slots = new Uint32Array(capacity * WORDS)
    this.#mask = capacity - 1
  }

  get size(): number {
    return this.#size
  }

  /** Adds an entry. @returns whether it was new */
  add(bytes: Uint8Array): boolean {
    const words = this.#fingerprint(bytes)
    const slot = this.#find(words)
    if (this.#slots[slot] !== 0) return false
    this.#slots.set(words, slot)
    this.#size++
    if (this.#size > (this.#mask + 1) * MAX_LOAD) this.#grow()
    return true
  }

  has(bytes: Uint8Array): boolean {
    return this.#slots[this.#find(this.#fingerprint(bytes))] !== 0
  }

  #find(words: readonly [number, number, number]): number {
    for (let index = words[1] & this.#mask; ; index = (index + 1) & this.#mask) {
      const slot = index * WORDS
      const first = this.#slots[slot]
      if (first === 0) return slot
      if (first === words[0] && this.#slots[slot + 1] === words[1] && this.#slots[slot + 2] === words[2]) return slot
    }
  }

  /** Three independent hashes of all bytes (murmur3's finaliser over FNV-like steps); the first is never 0. */
  #fingerprint(bytes: Uint8Array): [number, number, number] {
    let [a, b, c] = this.#seed as unknown as [number, number, number]
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0
      a = Math.imul(a ^ byte, 0x01000193)
      b = Math.imul(b ^ byte, 0x85ebca6b) ^ (b >>> 15)
      c = Math.imul(c ^ byte, 0xcc9e2d51) ^ (c >>> 13)
    }
    return [(mix(a) | 1) >>> 0, mix(b) >>> 0, mix(c) >>> 0]
  }

  #grow(): void {
    const old = this.#slots
    this.#mask = this.#mask * 2 + 1
    this.#slots = new Uint32Array((this.#mask + 1) * WORDS)
    for (let slot = 0; slot < old.length; slot += WORDS) {
      const words = [old[slot] ?? 0, old[slot + 1] ?? 0, old[slot + 2] ?? 0] as const
      if (words[0] !== 0) this.#slots.set(words, this.#find(words))
    }
  }
}

function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
