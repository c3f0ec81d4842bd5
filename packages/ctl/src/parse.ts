import { parseCid, parseGoDuration, parsePeerId, Time } from '@ipfs-cluster/api'
import type { PeerId } from '@ipfs-cluster/api'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { CID } from 'multiformats/cid'

/** Readers of what stands on the command line. Each throws ExitError, which says in what it failed. */

/** @param doing - what is said to have failed, e.g. `parsing cid` */
export function readCid(text: string, doing: string): CID {
  return attempt(doing, () => parseCid(text))
}

export function readPeerId(text: string): PeerId {
  return attempt('parsing peer ID', () => parsePeerId(text))
}

/** When something expires that is to last that long from now. Empty: never. */
export function readExpiry(text: string, now: () => Time = () => Time.now()): Time {
  if (text === '') return Time.ZERO
  const milliseconds = attempt('parsing expire-in', () => parseGoDuration(text))
  const nanoseconds = BigInt(Math.round(milliseconds * 1e6))
  return Time.fromUnixNanoseconds(now().toUnixNanoseconds() + nanoseconds)
}

/** `key=value` texts; what stands behind the first `=` is the value. */
export function readMetadata(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=')
      if (equals < 0) throw new ExitError('error parsing metadata: metadata were not in the format key=value')
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    })
  )
}

/** Peer IDs separated by commas, and those among them that are none. Empty: nobody is preferred. */
export function splitPeers(text: string): { peers: PeerId[] | null; unreadable: string[] } {
  if (text === '') return { peers: null, unreadable: [] }
  const peers: PeerId[] = []
  const unreadable: string[] = []
  for (const word of text.split(',')) {
    try {
      peers.push(parsePeerId(word.trim()))
    } catch {
      unreadable.push(word)
    }
  }
  return { peers, unreadable }
}

/**
 * Reads what is to be pinned: a path (`/ipfs/<cid>/<path>`, `/ipns/<name>`), or what becomes one with `/ipfs/` before
 * it.
 */
export function readPath(text: string): string {
  try {
    return parsePath(text)
  } catch {
    return attempt('', () => parsePath(`/ipfs/${text}`))
  }
}

function parsePath(text: string): string {
  const refused = (reason: string): Error => new Error(`invalid path ${JSON.stringify(text)}: ${reason}`)
  const steps = cleanSteps(text)
  const [namespace, root] = steps
  if (namespace === undefined || root === undefined) throw refused('path does not have enough components')
  if (namespace === 'ipfs' || namespace === 'ipld') {
    try {
      parseCid(root)
    } catch (error) {
      throw refused(messageOf(error))
    }
  } else if (namespace !== 'ipns') {
    throw refused(`unknown namespace: ${JSON.stringify(namespace)}`)
  }
  return `/${steps.join('/')}${text.endsWith('/') ? '/' : ''}`
}

/** The steps of a path without empty ones and `.`, and with `..` taken back. */
function cleanSteps(path: string): string[] {
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '' && step !== '.') steps.push(step)
  }
  return steps
}

function attempt<T>(doing: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw ExitError.during(doing, error)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
