import { Time } from '@ipfs-cluster/api'

/** Milliseconds of a second that are given away; 0 is none of them, so that every time shows a fraction. */
const SLOTS = 999

/** Added to milliseconds since the Unix epoch, so that the zero time of the Go release is not negative. */
const OFFSET = 2 ** 46

/** Length of {@link timeDigits}. */
export const TIME_DIGITS = 12

const LATEST = 16 ** TIME_DIGITS - 1

/**
 * When a pin was made, as listings by time have it. Clients go from page to page by this time, so it must differ from
 * pin to pin, but the pinset keeps seconds only. The milliseconds are made from the CID: the same on every peer, at
 * every time. There are no finer digits, because clients that keep times in a `Date` would lose them.
 *
 * @param key - key of the pin in the pinset
 */
export function creationTime(key: string, timestamp: Time): Time {
  return new Time(timestamp.seconds, (1 + (hash(key) % SLOTS)) * 1_000_000, 0)
}

/** Text of {@link TIME_DIGITS} characters that sorts as times do, of milliseconds since the Unix epoch. */
export function timeDigits(milliseconds: number): string {
  const clamped = Math.min(Math.max(Math.ceil(milliseconds) + OFFSET, 0), LATEST)
  return hex6(Math.floor(clamped / HALF)) + hex6(clamped % HALF)
}

/** Six digits each: numbers of this size are turned into text several times as fast as larger ones. */
const HALF = 16 ** (TIME_DIGITS / 2)

function hex6(value: number): string {
  return (HALF + value).toString(16).slice(1)
}

/** The milliseconds that {@link timeDigits} stands for. */
export function timeOfDigits(digits: string): number {
  return Number.parseInt(digits, 16) - OFFSET
}

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193)
  return sum >>> 0
}
