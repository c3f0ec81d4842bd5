import { Time } from '@ipfs-cluster/api'

/** Milliseconds of a second that are given away; 0 is none of them, so that every time shows a fraction. */
const SLOTS = 999

/**
 * When a pin was made, as clients see it. Clients go from page to page by this time, so it must differ from pin to pin,
 * but the pinset keeps seconds only. The milliseconds are made from the CID: the same on every peer, at every time.
 * There are no finer digits, because clients that keep times in a `Date` would lose them.
 *
 * @param key - key of the pin in the pinset
 */
export function createdOf(key: string, timestamp: Time): Time {
  return new Time(timestamp.seconds, (1 + (hash(key) % SLOTS)) * 1_000_000, 0)
}

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193)
  return sum >>> 0
}
