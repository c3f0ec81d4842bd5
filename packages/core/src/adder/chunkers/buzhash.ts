import { BYTE_HASH } from './buzhash-table.ts'
import type { Chunker } from './chunker.ts'

const MIN = 128 * 1024
const MAX = 512 * 1024
const WINDOW = 32
const MASK = 2 ** 17 - 1

/**
 * Chunks of 128 to 512 KiB that end where a rolling hash of the last 32 bytes has enough zero bits: as `rabin`, but
 * quicker. Has no parameters.
 */
export const buzhashChunker: Chunker = { maxSize: MAX, isFixed: false, cut }

function cut(bytes: Uint8Array): number {
  if (bytes.length < MIN) return bytes.length
  let state = 0
  let i = MIN - WINDOW
  for (; i < MIN; i++) state = rotate(state) ^ hashOf(bytes, i)
  // 32 rotations by one bit are none, so the byte that leaves the window is simply taken out.
  for (; i < bytes.length && (state & MASK) !== 0; i++) {
    state = rotate(state) ^ hashOf(bytes, i - WINDOW) ^ hashOf(bytes, i)
  }
  return i
}

function rotate(state: number): number {
  return (state << 1) | (state >>> 31)
}

function hashOf(bytes: Uint8Array, index: number): number {
  return BYTE_HASH[bytes[index] ?? 0] ?? 0
}
