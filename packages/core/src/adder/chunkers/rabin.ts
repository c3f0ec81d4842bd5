import type { Chunker } from './chunker.ts'

/** The irreducible polynomial of degree 53 that IPFS cuts with. */
const POLYNOMIAL = 17437180132763653n
const DEGREE = 53

/** Bytes that the fingerprint covers; a power of two. */
export const RABIN_WINDOW = 16

/**
 * Chunks that end where the Rabin fingerprint of the last 16 bytes has enough zero bits, so that an insertion changes
 * the chunks around it and no others. Cuts where `whyrusleeping/chunker`, which Kubo uses, cuts.
 *
 * @param min - at least {@link RABIN_WINDOW}
 */
export function rabinChunker(min: number, average: number, max: number): Chunker {
  const mask = 2 ** Math.floor(Math.log2(average)) - 1
  return { maxSize: max, isFixed: false, cut: (bytes) => cut(bytes, min, mask) }
}

function cut(bytes: Uint8Array, min: number, mask: number): number {
  const { mod, out } = (tables ??= makeTables())
  const window = new Uint8Array(RABIN_WINDOW)
  // A fingerprint of 53 bits in two halves, begun with one byte of 1.
  window[0] = 1
  let high = 0
  let low = 1
  for (let i = min - RABIN_WINDOW, place = 1; i < bytes.length; i++, place = (place + 1) & (RABIN_WINDOW - 1)) {
    const byte = bytes[i] as number
    const leaving = 2 * (window[place] as number)
    window[place] = byte
    high ^= out[leaving + 1] as number
    low ^= out[leaving] as number
    const index = 2 * (high >>> (DEGREE - 8 - 32))
    high = ((high << 8) | (low >>> 24)) ^ (mod[index + 1] as number)
    low = ((low << 8) | byte) ^ (mod[index] as number)
    if ((low & mask) === 0 && i + 1 >= min) return i + 1
  }
  return bytes.length
}

/** Each entry is a polynomial in two halves, the low one first. */
interface Tables {
  /** What takes the upper 8 bits of a fingerprint, shifted by 8, back below the degree of the polynomial. */
  mod: Int32Array
  /** What takes a byte that leaves the window out of the fingerprint. */
  out: Int32Array
}

let tables: Tables | undefined

function makeTables(): Tables {
  return {
    mod: table((byte) => modulo(byte << BigInt(DEGREE)) | (byte << BigInt(DEGREE))),
    out: table((byte) => modulo(byte << BigInt(8 * (RABIN_WINDOW - 1))))
  }
}

function table(value: (byte: bigint) => bigint): Int32Array {
  const values = Array.from({ length: 256 }, (_, byte) => value(BigInt(byte)))
  const halves = values.flatMap((v) => [BigInt.asIntN(32, v), BigInt.asIntN(32, v >> 32n)])
  return Int32Array.from(halves, Number)
}

/** Remainder of a division of polynomials over GF(2), whose coefficients are the bits. */
function modulo(dividend: bigint): bigint {
  let rest = dividend
  for (let degree = degreeOf(rest); degree >= DEGREE; degree = degreeOf(rest)) {
    rest ^= POLYNOMIAL << BigInt(degree - DEGREE)
  }
  return rest
}

function degreeOf(polynomial: bigint): number {
  return polynomial.toString(2).length - 1
}
