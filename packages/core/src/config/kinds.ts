import { formatGoDuration, newJsonMap, parseGoDuration, parseMultiaddr, parsePeerId } from '@ipfs-cluster/api'
import type { JsonObject, JsonValue, Multiaddr, PeerId } from '@ipfs-cluster/api'
import { decodeSecret, encodeSecret } from './secret.ts'
import { goBool, goFloat, goInt, goList, goMap, goMapOfLists, goString, goStrings, goUint } from './go-type.ts'
import type { GoType } from './go-type.ts'

/** What kind of value an option has: its JSON type, and how the value comes from JSON and goes back. */
export interface Kind<T> {
  readonly go: GoType
  /** What may stand in the file, for the documentation and for errors. */
  readonly allowed: string
  /**
   * @param json - a value of type `go`
   * @throws Error with Go's text when the value cannot be read
   */
  read(json: JsonValue): T
  write(value: T): JsonValue
}

/** Any text. */
export const text: Kind<string> = kind(
  goString,
  'text',
  (json) => json as string,
  (value) => value
)

export const bool: Kind<boolean> = kind(
  goBool,
  'true or false',
  (json) => json as boolean,
  (value) => value
)

export const int: Kind<number> = kind(goInt, 'a whole number', Number, (value) => value)

export const uint: Kind<number> = kind(goUint, 'a whole number, 0 or more', Number, (value) => value)

export const float: Kind<number> = kind(goFloat, 'a number', Number, (value) => value)

/** Milliseconds; in the file a Go duration, written in its normal form. */
export const duration: Kind<number> = kind(
  goString,
  'a duration such as "1h30m", "5s" or "200ms"',
  (json) => parseGoDuration(json as string),
  formatGoDuration
)

/** A duration that the Go release takes for absent when it is zero. */
export const positiveDuration: Kind<number> = {
  ...duration,
  read: (json) => {
    const milliseconds = duration.read(json)
    if (milliseconds === 0) throw new Error('zero')
    return milliseconds
  }
}

export const address: Kind<Multiaddr> = kind(
  goString,
  'a multiaddress such as "/ip4/127.0.0.1/tcp/9094"',
  (json) => readAddress(json as string),
  (value) => value
)

/** Multiaddresses; one alone is written as text. */
export const addresses: Kind<Multiaddr[]> = kind(
  goStrings,
  'a multiaddress such as "/ip4/0.0.0.0/tcp/9096", or a list of them',
  (json) => toList(json).map(readAddress),
  (value) => (value.length === 1 ? (value[0] ?? '') : value)
)

/** Multiaddresses, always written as a list. */
export const addressList: Kind<Multiaddr[]> = kind(
  goList,
  'a list of multiaddresses',
  (json) => (json as string[]).map(readAddress),
  (value) => value
)

export const list: Kind<string[]> = kind(
  goList,
  'a list of texts',
  (json) => [...(json as string[])],
  (value) => value
)

/** Peer IDs, or everybody. */
export const trustedPeers: Kind<PeerId[] | '*'> = kind(
  goList,
  'a list of peer IDs, or ["*"] for all',
  (json) => ((json as string[]).includes('*') ? '*' : (json as string[]).map(parsePeerId)),
  (value) => (value === '*' ? ['*'] : value)
)

/** Peer IDs; what is none is dropped, as the Go release does. */
export const lenientPeers: Kind<PeerId[]> = kind(
  goList,
  'a list of peer IDs',
  (json) => (json as string[]).flatMap(peerOrNothing),
  (value) => value
)

export const map: Kind<Record<string, string> | null> = kind(
  goMap,
  'an object of texts, or null',
  (json) => json as Record<string, string> | null,
  toJsonMap
)

export const mapOfLists: Kind<Record<string, string[]>> = kind(
  goMapOfLists,
  'an object whose values are lists of texts',
  (json) => (json ?? {}) as Record<string, string[]>,
  toJsonMap
)

/** The 32 bytes of the private network; none: everybody may connect. */
export const secret: Kind<Uint8Array | undefined> = kind(
  goString,
  '64 hexadecimal digits, or "" for a network without protection',
  (json) => decodeSecret(json as string),
  encodeSecret
)

/** One of a few words. */
export function choice<W extends string>(words: readonly W[], failure: string): Kind<W> {
  return kind(
    goString,
    words.map((word) => JSON.stringify(word)).join(' or '),
    (json) => {
      const word = words.find((candidate) => candidate === json)
      if (word === undefined) throw new Error(failure)
      return word
    },
    (value) => value
  )
}

function kind<T>(go: GoType, allowed: string, read: (json: JsonValue) => T, write: (value: T) => JsonValue): Kind<T> {
  return { go, allowed, read, write }
}

function readAddress(address: string): Multiaddr {
  parseMultiaddr(address)
  return address
}

function toList(json: JsonValue): string[] {
  if (typeof json !== 'string') return [...(json as string[])]
  return json === '' ? [] : [json]
}

function peerOrNothing(peer: string): PeerId[] {
  try {
    return [parsePeerId(peer)]
  } catch {
    return []
  }
}

function toJsonMap(value: Readonly<Record<string, string | string[]>> | null): JsonObject | null {
  return value === null ? null : Object.assign(newJsonMap(), value)
}
