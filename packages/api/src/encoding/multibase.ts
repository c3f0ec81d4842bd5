import { decodeBase32 } from './base32.ts'
import { decodeBase58 } from './base58.ts'

/** Bases whose digits are bits, by their prefix: RFC 4648, less base32, which has a reader of its own. */
const BITS: Readonly<Record<string, readonly [bits: number, alphabet: string]>> = {
  f: [4, '0123456789abcdef'],
  F: [4, '0123456789ABCDEF'],
  v: [5, '0123456789abcdefghijklmnopqrstuv'],
  V: [5, '0123456789ABCDEFGHIJKLMNOPQRSTUV'],
  m: [6, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'],
  M: [6, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'],
  u: [6, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'],
  U: [6, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
}

const BASE36_LOWER = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Reading base36 takes time with the square of the length, so there is an end to it: far beyond any CID. */
const MAX_BASE36 = 4096

/**
 * The bytes of a text whose first character names its base: the usual bases of multibase. The text of nearly every CID
 * is base32, for which this is fast; nothing else is loaded for the others, so it serves a program that runs for
 * milliseconds.
 *
 * @returns undefined for a prefix that is not known
 * @throws SyntaxError for what is no text of the base
 */
export function decodeMultibase(text: string): Uint8Array | undefined {
  const prefix = text.charAt(0)
  if (prefix === 'b' || prefix === 'B') return decodeBase32(text, 1)
  if (prefix === 'z') return decodeBase58(text.slice(1))
  if (prefix === 'k') return decodeBase36(text.slice(1), BASE36_LOWER)
  if (prefix === 'K') return decodeBase36(text.slice(1), BASE36_LOWER.toUpperCase())
  const base = Object.hasOwn(BITS, prefix) ? BITS[prefix] : undefined
  return base === undefined ? undefined : decodeBits(text.slice(1), ...base)
}

/** Padding is passed over; bits left over must be zero. */
function decodeBits(text: string, width: number, alphabet: string): Uint8Array {
  let digits = text.length
  while (text[digits - 1] === '=') digits--
  const bytes = new Uint8Array(Math.floor((digits * width) / 8))
  let pending = 0
  let bits = 0
  let end = 0
  for (let i = 0; i < digits; i++) {
    pending = ((pending << width) | valueOf(text, i, alphabet)) & 0xffff
    bits += width
    if (bits < 8) continue
    bits -= 8
    bytes[end++] = pending >>> bits
  }
  if (bits >= width || (pending & ((1 << bits) - 1)) !== 0) throw new SyntaxError('text is cut short')
  return bytes
}

/** Digits of 36 are no bits: the text is one large number, behind a zero byte for each leading zero. */
function decodeBase36(text: string, alphabet: string): Uint8Array {
  if (text.length > MAX_BASE36) throw new SyntaxError(`base36 text of ${text.length} characters is too long`)
  let zeros = 0
  while (text[zeros] === '0') zeros++
  let number = 0n
  for (let i = zeros; i < text.length; i++) number = number * 36n + BigInt(valueOf(text, i, alphabet))
  const hex = number === 0n ? '' : number.toString(16)
  const padded = hex.padStart(hex.length + (hex.length % 2), '0')
  const bytes = new Uint8Array(zeros + padded.length / 2)
  for (let i = 0; i < padded.length; i += 2) bytes[zeros + i / 2] = Number.parseInt(padded.slice(i, i + 2), 16)
  return bytes
}

function valueOf(text: string, index: number, alphabet: string): number {
  const digit = text.charAt(index)
  const value = alphabet.indexOf(digit)
  if (value < 0) throw new SyntaxError(`character ${JSON.stringify(digit)} is not of the alphabet of this base`)
  return value
}
