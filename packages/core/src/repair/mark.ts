import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError, comparePeerIds, peerIdToBytes } from '@ipfs-cluster/api'

/**
 * What was said about a peer:
 *
 * - `maintenance`: it may be away without its pins being placed anew;
 * - `drain`: its pins are to go elsewhere, so that it can be taken away;
 * - `none`: neither; kept for a while, so that a peer that was away does not bring an old mark back.
 */
export type MarkKind = 'maintenance' | 'drain' | 'none'

/** A mark on a peer, as all peers of the cluster have it. Times are Unix milliseconds. */
export interface PeerMark {
  readonly peer: PeerId
  readonly kind: MarkKind
  /** When it was made, by the clock of who made it. */
  readonly at: number
  /** When it ends by itself; 0: never. */
  readonly until: number
  /** Drain: whether pins may be left with fewer copies than they had, but their minimum, where peers are missing. */
  readonly toMinimum: boolean
}

const KINDS: readonly string[] = ['maintenance', 'drain', 'none'] satisfies MarkKind[]

/** Whether a mark takes the place of another one on the same peer: the later one counts, everywhere the same. */
export function replaces(mark: PeerMark, other: PeerMark | undefined): boolean {
  if (other === undefined) return true
  return mark.at === other.at ? textOfMark(mark) > textOfMark(other) : mark.at > other.at
}

/** What the mark says at a time. */
export function kindAt({ kind, until }: PeerMark, now: number): MarkKind {
  return until !== 0 && until <= now ? 'none' : kind
}

/** One line of a message or a value in the datastore. */
export function textOfMark({ peer, kind, at, until, toMinimum }: PeerMark): string {
  return JSON.stringify({ peer, kind, at, until, toMinimum })
}

/**
 * Reads what {@link textOfMark} has written, here or on another peer.
 *
 * @throws ClusterError `ERR_BAD_ENCODING`
 */
export function parseMark(text: string): PeerMark {
  const value = parseObject(text)
  const { peer, kind, at, until, toMinimum } = value
  const isMark = typeof peer === 'string' && isKind(kind) && isTime(at) && isTime(until)
  if (!isMark) throw new ClusterError('ERR_BAD_ENCODING', 'a mark on a peer cannot be read')
  peerIdToBytes(peer)
  return { peer, kind, at, until, toMinimum: toMinimum === true }
}

/** In the order of the peers. */
export function compareMarks(a: PeerMark, b: PeerMark): number {
  return comparePeerIds(a.peer, b.peer)
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new ClusterError('ERR_BAD_ENCODING', 'a mark on a peer is not JSON')
}

function isKind(value: unknown): value is MarkKind {
  return typeof value === 'string' && KINDS.includes(value)
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
