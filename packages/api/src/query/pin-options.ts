import { parseCid } from '../cid.ts'
import { parseGoDuration } from '../duration.ts'
import { ClusterError } from '../errors.ts'
import { parsePinMode } from '../json/kinds/word.ts'
import { multiaddrValue, parseMultiaddr } from '../multiaddr.ts'
import { defaultPinOptions } from '../pin-defaults.ts'
import { parsePeerId } from '../peer-id.ts'
import type { Multiaddr, PeerId } from '../peer.ts'
import type { PinOptions } from '../pin.ts'
import { Time } from '../time.ts'
import { getInteger, getText } from './query.ts'
import type { QueryParams } from './query.ts'
import { META_PREFIX } from './write.ts'

const MAX_UINT64 = 2n ** 64n - 1n

/**
 * Reads pin options from the parameters of a URL. What is absent gets its default; metadata is never null.
 *
 * @throws ClusterError `ERR_BAD_REQUEST` with the words of the Go release
 */
export function pinOptionsFromQuery(query: QueryParams): PinOptions {
  const options = defaultPinOptions()
  options.name = getText(query, 'name')
  options.mode = parsePinMode(getText(query, 'mode'))
  const both = getText(query, 'replication')
  const factors =
    both === ''
      ? query
      : new Map([
          ['replication-min', both],
          ['replication-max', both]
        ])
  options.replicationFactorMin = getInteger(factors, 'replication-min', 0)
  options.replicationFactorMax = getInteger(factors, 'replication-max', 0)
  options.shardSize = readShardSize(getText(query, 'shard-size'))
  options.userAllocations = readPeers(getText(query, 'user-allocations'))
  options.expireAt = readExpiry(getText(query, 'expire-at'), getText(query, 'expire-in'))
  options.metadata = readMetadata(query)
  options.pinUpdate = readPinUpdate(getText(query, 'pin-update'))
  options.origins = readOrigins(getText(query, 'origins'))
  return options
}

function readShardSize(text: string): number {
  if (text === '') return 0
  if (!/^\d+$/.test(text) || BigInt(text) > MAX_UINT64) throw refused('parameter shard_size is invalid')
  return Number(text)
}

/** Peer IDs that cannot be read are dropped, as in the Go release. */
function readPeers(text: string): PeerId[] | null {
  if (text === '') return null
  return text.split(',').flatMap((word) => {
    try {
      return [parsePeerId(word)]
    } catch {
      return []
    }
  })
}

/** `expire-at` wins, and `expire-in` is then not even looked at. */
function readExpiry(at: string, duration: string): Time {
  if (at !== '') return attempt('expire-at cannot be parsed', () => Time.parse(at))
  if (duration === '') return Time.ZERO
  const milliseconds = attempt('expire-in cannot be parsed', () => parseGoDuration(duration))
  if (milliseconds < 1000) throw refused('expire-in duration too short')
  return Time.fromUnixNanoseconds(Time.now().toUnixNanoseconds() + BigInt(Math.round(milliseconds * 1e6)))
}

function readMetadata(query: QueryParams): Record<string, string> {
  const entries: [string, string][] = []
  for (const name of query.keys()) {
    if (name.startsWith(META_PREFIX) && name !== META_PREFIX) {
      entries.push([name.slice(META_PREFIX.length), getText(query, name)])
    }
  }
  return Object.fromEntries(entries)
}

function readPinUpdate(text: string): PinOptions['pinUpdate'] {
  return text === '' ? null : attempt('error decoding update option parameter', () => parseCid(text))
}

function readOrigins(text: string): Multiaddr[] | null {
  if (text === '') return null
  return text.split(',').map((origin) => {
    const parts = attempt('error decoding multiaddress', () => parseMultiaddr(origin))
    if (multiaddrValue(parts, 'p2p') === undefined && multiaddrValue(parts, 'ipfs') === undefined) {
      throw refused('multiaddress does not contain peer ID: protocol not found in multiaddr')
    }
    return origin
  })
}

/** Runs a parser and puts the name of the parameter in front of its complaint. */
function attempt<T>(complaint: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw refused(`${complaint}: ${cause instanceof Error ? cause.message : 'malformed'}`, cause)
  }
}

function refused(message: string, cause?: unknown): ClusterError {
  return new ClusterError('ERR_BAD_REQUEST', message, { cause })
}
