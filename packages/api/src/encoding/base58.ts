const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Digits of base 58 held in one limb: the most for which limb * 2^24 stays exact in a double. */
const LIMB_DIGITS = 4
const LIMB = 58 ** LIMB_DIGITS

/** The other way round a limb holds three bytes: the most for which limb * 58^4 stays exact. */
const BYTE_LIMB = 2 ** 24

/** Two digits for each value below 58 squared. Made on first use, for the sake of short-lived programs. */
let pairTable: readonly string[] | undefined

const VALUES = new Uint8Array(128).fill(255)
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i

/**
 * Base58btc, the text of a CIDv0 and of a peer ID. Works on limbs of four digits and three bytes at a time, several
 * times as fast as digit by digit: a listing of CIDv0 pins spends its time here.
 */
export function encodeBase58(bytes: Uint8Array): string {
  const pairs = (pairTable ??= makePairs())
  let zeros = 0
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++
  const limbs: number[] = []
  const first = (bytes.length - zeros) % 3
  if (first > 0) addBytes(limbs, bytes, zeros, first)
  for (let i = zeros + first; i < bytes.length; i += 3) addBytes(limbs, bytes, i, 3)
  let text = ''
  for (let i = limbs.length - 1; i >= 0; i--) {
    const limb = limbs[i] ?? 0
    text += (pairs[Math.floor(limb / 3364)] ?? '') + (pairs[limb % 3364] ?? '')
  }
  let lead = 0
  while (text[lead] === '1') lead++
  return '1'.repeat(zeros) + text.slice(lead)
}

function makePairs(): string[] {
  const digits = [...ALPHABET]
  return digits.flatMap((first) => digits.map((second) => first + second))
}

/** limbs = limbs * 256^count + the next `count` bytes. */
function addBytes(limbs: number[], bytes: Uint8Array, start: number, count: number): void {
  let carry = 0
  for (let i = 0; i < count; i++) carry = carry * 256 + (bytes[start + i] ?? 0)
  const factor = 256 ** count
  for (let i = 0; i < limbs.length; i++) {
    const value = (limbs[i] ?? 0) * factor + carry
    carry = Math.floor(value / LIMB)
    limbs[i] = value - carry * LIMB
  }
  for (; carry > 0; carry = Math.floor(carry / LIMB)) limbs.push(carry % LIMB)
}

/** Reading takes time with the square of the length, so there is an end to it: far beyond any CID. */
const MAX_TEXT = 4096

/** @throws SyntaxError on a character outside the alphabet, or on more than 4096 of them */
export function decodeBase58(text: string): Uint8Array {
  if (text.length > MAX_TEXT) throw new SyntaxError(`base58 text of ${text.length} characters is too long`)
  let zeros = 0
  while (text[zeros] === '1') zeros++
  const limbs: number[] = []
  const first = (text.length - zeros) % LIMB_DIGITS
  if (first > 0) addDigits(limbs, text, zeros, first)
  for (let i = zeros + first; i < text.length; i += LIMB_DIGITS) addDigits(limbs, text, i, LIMB_DIGITS)
  return toBytes(limbs, zeros)
}

/** limbs = limbs * 58^count + the next `count` digits. */
function addDigits(limbs: number[], text: string, start: number, count: number): void {
  let carry = 0
  for (let i = start; i < start + count; i++) carry = carry * 58 + valueAt(text, i)
  const factor = 58 ** count
  for (let i = 0; i < limbs.length; i++) {
    const value = (limbs[i] ?? 0) * factor + carry
    carry = Math.floor(value / BYTE_LIMB)
    limbs[i] = value - carry * BYTE_LIMB
  }
  if (carry > 0) limbs.push(carry)
}

function valueAt(text: string, index: number): number {
  const code = text.charCodeAt(index)
  const value = code < 128 ? (VALUES[code] ?? 255) : 255
  if (value === 255) throw new SyntaxError(`character ${JSON.stringify(text[index])} is not of the base58 alphabet`)
  return value
}

/** The bytes of the limbs, the last limb first, behind some zeros. */
function toBytes(limbs: readonly number[], zeros: number): Uint8Array {
  const highest = limbs.at(-1) ?? 0
  const unused = highest === 0 ? 0 : highest < 0x100 ? 2 : highest < 0x10000 ? 1 : 0
  const result = new Uint8Array(zeros + limbs.length * 3 - unused)
  let end = result.length
  for (const limb of limbs) {
    result[--end] = limb
    if (end > zeros) result[--end] = limb >>> 8
    if (end > zeros) result[--end] = limb >>> 16
  }
  return result
}
