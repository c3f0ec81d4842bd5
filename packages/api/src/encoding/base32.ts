const LOWER = 'abcdefghijklmnopqrstuvwxyz234567'

/** Character codes of the digits. */
const LOWER_CODES = codesOf(LOWER)
const UPPER_CODES = codesOf(LOWER.toUpperCase())

/** Value of each character code in either case, 255 for what is no digit. Made on first use. */
let valueTable: Uint8Array | undefined

/** RFC 4648 base32 in lower case, without padding: the text of a CIDv1 less its leading `b`. */
export function encodeBase32(bytes: Uint8Array): string {
  return encode(bytes, LOWER_CODES)
}

/** RFC 4648 base32 in upper case, without padding: the form of datastore keys. */
export function encodeBase32Upper(bytes: Uint8Array): string {
  return encode(bytes, UPPER_CODES)
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

/** Eight digits at a time: text that is put together of smaller pieces is copied once more when it is used. */
function encode(bytes: Uint8Array, codes: Uint8Array): string {
  const whole = bytes.length - (bytes.length % 5)
  let text = ''
  for (let i = 0; i < whole; i += 5) {
    text += digitsOf(at(bytes, i), at(bytes, i + 1), at(bytes, i + 2), at(bytes, i + 3), at(bytes, i + 4), codes)
  }
  return whole === bytes.length ? text : text + encodeRest(bytes, whole, codes)
}

/** The last one to four bytes: pad with zero bytes, keep the digits that hold data. */
function encodeRest(bytes: Uint8Array, i: number, codes: Uint8Array): string {
  const padded = digitsOf(at(bytes, i), at(bytes, i + 1), at(bytes, i + 2), at(bytes, i + 3), 0, codes)
  return padded.slice(0, Math.ceil(((bytes.length - i) * 8) / 5))
}

/** The digits of five bytes. */
function digitsOf(a: number, b: number, c: number, d: number, e: number, codes: Uint8Array): string {
  return String.fromCharCode(
    at(codes, a >>> 3),
    at(codes, ((a & 7) << 2) | (b >>> 6)),
    at(codes, (b >>> 1) & 31),
    at(codes, ((b & 1) << 4) | (c >>> 4)),
    at(codes, ((c & 15) << 1) | (d >>> 7)),
    at(codes, (d >>> 2) & 31),
    at(codes, ((d & 3) << 3) | (e >>> 5)),
    at(codes, e & 31)
  )
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

function codesOf(alphabet: string): Uint8Array {
  return Uint8Array.from(alphabet, (character) => character.charCodeAt(0))
}

function makeValues(): Uint8Array {
  const values = new Uint8Array(128).fill(255)
  for (const alphabet of [LOWER, LOWER.toUpperCase()]) {
    for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i
  }
  return values
}
