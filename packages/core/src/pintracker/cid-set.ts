import type { CID } from 'multiformats/cid'
import { keyOfCid } from './cid-key.ts'

/** Bytes of a CID that tell it apart; the rest of its bytes are mixed in. */
const TAIL = 16
/** Words of a slot: three of the fingerprint, and one of both the fingerprint and the value. */
const WORDS = 4
const IDENTITY = 0x00

/**
 * CIDs with a small number each, for a whole pinset at once: a fingerprint of 126 bits takes 16 bytes of a typed
 * array, so a million CIDs take 32 MB at most and nothing for the garbage collector to walk.
 *
 * The fingerprint is cut out of the hash, so two CIDs have the same one only if somebody found such a collision of
 * the hash function. CIDs that hold no hash, or a short one, are kept in full.
 */
export class CidSet {
  #slots = new Uint32Array(1024 * WORDS)
  #used = 0
  readonly #others = new Map<string, number>()

  get size(): number {
    return this.#used + this.#others.size
  }

  /** @param value - 1 to 3; the larger one counts when a CID is given twice */
  add(cid: CID, value: number): void {
    if (!isHashed(cid)) {
      const key = keyOfCid(cid)
      this.#others.set(key, Math.max(value, this.#others.get(key) ?? 0))
      return
    }
    if (this.#used * 2 * WORDS >= this.#slots.length) this.#grow()
    this.#put(fingerprint(cid.bytes), value)
  }

  /** The value given with the CID, 0 when it is not in the set. */
  get(cid: CID): number {
    if (!isHashed(cid)) return this.#others.get(keyOfCid(cid)) ?? 0
    return (this.#slots[this.#find(fingerprint(cid.bytes)) + 3] ?? 0) & 3
  }

  #put(words: Fingerprint, value: number): void {
    const at = this.#find(words)
    const slots = this.#slots
    const before = (slots[at + 3] ?? 0) & 3
    if (before === 0) this.#used++
    slots[at] = words[0]
    slots[at + 1] = words[1]
    slots[at + 2] = words[2]
    slots[at + 3] = ((words[3] & ~3) | Math.max(before, value)) >>> 0
  }

  /** Where the fingerprint stands, or would: the first slot of its row that holds it or nothing. */
  #find(words: Fingerprint): number {
    const slots = this.#slots
    const mask = slots.length / WORDS - 1
    for (let slot = words[0] & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WORDS
      const last = slots[at + 3] ?? 0
      if ((last & 3) === 0) return at
      const same = slots[at] === words[0] && slots[at + 1] === words[1] && slots[at + 2] === words[2]
      if (same && (last ^ words[3]) >>> 2 === 0) return at
    }
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(old.length * 2)
    this.#used = 0
    for (let at = 0; at < old.length; at += WORDS) {
      const words: Fingerprint = [old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0, old[at + 3] ?? 0]
      if ((words[3] & 3) !== 0) this.#put(words, words[3] & 3)
    }
  }
}

type Fingerprint = [number, number, number, number]

function isHashed(cid: CID): boolean {
  return cid.multihash.code !== IDENTITY && cid.multihash.size >= TAIL
}

function fingerprint(bytes: Uint8Array): Fingerprint {
  const cut = bytes.length - TAIL
  const view = new DataView(bytes.buffer, bytes.byteOffset + cut, TAIL)
  // FNV-1a of what comes before: version, codec, hash function, the first half of the hash.
  let rest = 0x811c9dc5
  for (let i = 0; i < cut; i++) rest = Math.imul(rest ^ (bytes[i] ?? 0), 0x01000193)
  return [(view.getUint32(0) ^ rest) >>> 0, view.getUint32(4), view.getUint32(8), view.getUint32(12)]
}
