import { randomInt } from 'node:crypto'

const WORDS = 3
const MAX_LOAD = 0.6
/** Slots that are taken over in one step. */
const STEP = 1 << 16
/** One for all sets, so that one can be taken over into another. */
const SEED: Fingerprint = [randomInt(2 ** 32), randomInt(2 ** 32), randomInt(2 ** 32)]

/** What is kept of an entry; all 0 where there is none. */
type Fingerprint = readonly [number, number, number]

/**
 * A set of CIDs or multihashes that takes 12 bytes of memory for each instead of some hundred, so that a walk over
 * millions of blocks fits. It keeps 95 bits of each, mixed with a seed that is new in every process: for ten
 * million entries the chance of a single mix-up is below 1e-14.
 */
export class FingerprintSet {
  #slots: Uint32Array
  #mask: number
  #size = 0

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
    return this.#insert(fingerprint(bytes))
  }

  /** Adds what another set has now, in steps between which others may have their turn. */
  *addAll(other: FingerprintSet): Generator<void> {
    const slots = other.#slots
    for (let slot = 0; slot < slots.length; slot += WORDS) {
      const words = wordsAt(slots, slot)
      if (words[0] !== 0) this.#insert(words)
      if (slot % (STEP * WORDS) === 0) yield
    }
  }

  has(bytes: Uint8Array): boolean {
    return this.#slots[this.#find(fingerprint(bytes))] !== 0
  }

  #find(words: Fingerprint): number {
    for (let index = words[1] & this.#mask; ; index = (index + 1) & this.#mask) {
      const slot = index * WORDS
      const first = this.#slots[slot]
      if (first === 0) return slot
      if (first === words[0] && this.#slots[slot + 1] === words[1] && this.#slots[slot + 2] === words[2]) return slot
    }
  }

  #insert(words: Fingerprint): boolean {
    const slot = this.#find(words)
    if (this.#slots[slot] !== 0) return false
    this.#slots.set(words, slot)
    this.#size++
    if (this.#size > (this.#mask + 1) * MAX_LOAD) this.#grow()
    return true
  }

  #grow(): void {
    const old = this.#slots
    this.#mask = this.#mask * 2 + 1
    this.#slots = new Uint32Array((this.#mask + 1) * WORDS)
    for (let slot = 0; slot < old.length; slot += WORDS) {
      const words = wordsAt(old, slot)
      if (words[0] !== 0) this.#slots.set(words, this.#find(words))
    }
  }
}

/** Three independent hashes of all bytes (murmur3's finaliser over FNV-like steps); the first is never 0. */
function fingerprint(bytes: Uint8Array): Fingerprint {
  let [a, b, c] = SEED
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    a = Math.imul(a ^ byte, 0x01000193)
    b = Math.imul(b ^ byte, 0x85ebca6b) ^ (b >>> 15)
    c = Math.imul(c ^ byte, 0xcc9e2d51) ^ (c >>> 13)
  }
  return [(mix(a) | 1) >>> 0, mix(b) >>> 0, mix(c) >>> 0]
}

function wordsAt(slots: Uint32Array, slot: number): Fingerprint {
  return [slots[slot] ?? 0, slots[slot + 1] ?? 0, slots[slot + 2] ?? 0]
}

function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
