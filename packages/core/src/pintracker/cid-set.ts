import { CID } from 'multiformats/cid'
import { keyOfBytes } from './cid-key.ts'

/** Bytes of a CID that tell it apart; the rest of its bytes are mixed in. */
const TAIL = 16
/** Words of a slot: three of the fingerprint, and one of both the fingerprint and the value. */
const WORDS = 4
const IDENTITY = 0x00
const SHA2_256 = 0x12

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

  /**
   * @param cid - its bytes
   * @param value - 1 to 3; the larger one counts when a CID is given twice
   */
  add(cid: Uint8Array, value: number): void {
    if (!isHashed(cid)) {
      const key = keyOfBytes(cid)
      this.#others.set(key, Math.max(value, this.#others.get(key) ?? 0))
      return
    }
    if (this.#used * 2 * WORDS >= this.#slots.length) this.#grow()
    this.#put(fingerprint(cid), value)
  }

  /** The value given with the CID, 0 when it is not in the set. */
  get(cid: Uint8Array): number {
    if (!isHashed(cid)) return this.#others.get(keyOfBytes(cid)) ?? 0
    return (this.#slots[this.#find(fingerprint(cid)) + 3] ?? 0) & 3
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

type Fingerprint = readonly [number, number, number, number]

/** Nearly all CIDs have one of the two forms that are known at a glance. */
function isHashed(cid: Uint8Array): boolean {
  if (cid.length === 34 && cid[0] === SHA2_256 && cid[1] === 32) return true
  const hasShortCodec = cid[0] === 1 && (cid[1] ?? 0x80) < 0x80
  if (cid.length === 36 && hasShortCodec && cid[2] === SHA2_256 && cid[3] === 32) return true
  const { multihash } = CID.decode(cid)
  return multihash.code !== IDENTITY && multihash.size >= TAIL
}

function fingerprint(bytes: Uint8Array): Fingerprint {
  const cut = bytes.length - TAIL
  // FNV-1a of what comes before: version, codec, hash function, the first half of the hash.
  let rest = 0x811c9dc5
  for (let i = 0; i < cut; i++) rest = Math.imul(rest ^ (bytes[i] ?? 0), 0x01000193)
  return [(uint32(bytes, cut) ^ rest) >>> 0, uint32(bytes, cut + 4), uint32(bytes, cut + 8), uint32(bytes, cut + 12)]
}

/** A DataView takes longer to be made than this takes. */
function uint32(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16)
  return (high | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
}
