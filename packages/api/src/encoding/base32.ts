const LOWER = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * Two characters for each value of ten bits: half the steps of a table of single characters. Made on first use: a
 * short-lived program would spend a good part of its start on them.
 */
let lowerPairs: readonly string[] | undefined
let upperPairs: readonly string[] | undefined

/** Value of each character code in either case, 255 for what is no digit. Made on first use as well. */
let valueTable: Uint8Array | undefined

/** RFC 4648 base32 in lower case, without padding: the text of a CIDv1 less its leading `b`. */
export function encodeBase32(bytes: Uint8Array): string {
  return encode(bytes, (lowerPairs ??= makePairs(LOWER)))
}

/** RFC 4648 base32 in upper case, without padding: the form of datastore keys. */
export function encodeBase32Upper(bytes: Uint8Array): string {
  return encode(bytes, (upperPairs ??= makePairs(LOWER.toUpperCase())))
}

/**
 * Reads base32 of either case, without padding.
 *
 * @throws SyntaxError on a character outside the alphabet, an impossible length or bits left over that are not zero
 */
export function decodeBase32(text: string, start: number = 0): Uint8Array {
  const digits = text.length - start
  const bytes = new Uint8Array(Math.floor((digits * 5) / 8))
  const values = (valueTable ??= makeValues())
  let bits = 0
  let pending = 0
  let end = 0
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const value = code < 128 ? (values[code] ?? 255) : 255
    if (value === 255) throw new SyntaxError(`character ${JSON.stringify(text[i])} is not of the base32 alphabet`)
    pending = ((pending << 5) | value) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[end++] = pending >>> bits
    }
  }
  if (bits >= 5 || (pending & ((1 << bits) - 1)) !== 0) throw new SyntaxError('base32 text is cut short')
  return bytes
}

function encode(bytes: Uint8Array, pairs: readonly string[]): string {
  const whole = bytes.length - (bytes.length % 5)
  let text = ''
  for (let i = 0; i < whole; i += 5) {
    const a = at(bytes, i)
    const b = at(bytes, i + 1)
    const c = at(bytes, i + 2)
    const d = at(bytes, i + 3)
    const e = at(bytes, i + 4)
    text +=
      pair(pairs, (a << 2) | (b >>> 6)) +
      pair(pairs, ((b & 63) << 4) | (c >>> 4)) +
      pair(pairs, ((c & 15) << 6) | (d >>> 2)) +
      pair(pairs, ((d & 3) << 8) | e)
  }
  return whole === bytes.length ? text : text + encodeRest(bytes, whole, pairs)
}

/** The last one to four bytes: pad with zero bytes, keep the digits that hold data. */
function encodeRest(bytes: Uint8Array, start: number, pairs: readonly string[]): string {
  const padded = new Uint8Array(5)
  padded.set(bytes.subarray(start))
  return encode(padded, pairs).slice(0, Math.ceil(((bytes.length - start) * 8) / 5))
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

function pair(pairs: readonly string[], index: number): string {
  return pairs[index] ?? ''
}

function makePairs(alphabet: string): string[] {
  const characters = [...alphabet]
  return characters.flatMap((first) => characters.map((second) => first + second))
}

function makeValues(): Uint8Array {
  const values = new Uint8Array(128).fill(255)
  for (const alphabet of [LOWER, LOWER.toUpperCase()]) {
    for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i
  }
  return values
}
