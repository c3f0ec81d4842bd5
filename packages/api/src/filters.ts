import { ClusterError } from './errors.ts'
import { parsePinType } from './json/kinds/word.ts'
import { PinTypeBits } from './pin.ts'
import type { PinType } from './pin.ts'
import { TrackerStatusBits } from './status.ts'
import type { StatusFilter, TrackerStatus } from './status.ts'

/** Words of a filter that stand for several statuses. */
const COMPOSITES: Readonly<Record<string, StatusFilter>> = {
  error: TrackerStatusBits.cluster_error | TrackerStatusBits.pin_error | TrackerStatusBits.unpin_error,
  queued: TrackerStatusBits.pin_queued | TrackerStatusBits.unpin_queued
}

const STATUS_WORDS: Readonly<Record<string, StatusFilter>> = { ...TrackerStatusBits, ...COMPOSITES }

/** Single statuses, by their bit. Made on first use, for the sake of short-lived programs. */
let statusByBit: ReadonlyMap<number, TrackerStatus> | undefined

/** Every word that a status filter knows, for help texts: the single statuses and `error` and `queued`. */
export const STATUS_FILTER_WORDS: readonly string[] = Object.keys(STATUS_WORDS).filter((word) => word !== 'undefined')

/**
 * Reads a status filter such as `pinned, error`. Unknown words are ignored as long as one is known; empty means all.
 *
 * @returns sum of `TrackerStatusBits`; 0 for all
 * @throws ClusterError `ERR_BAD_REQUEST` when no word is known
 */
export function parseStatusFilter(text: string): StatusFilter {
  if (text === '') return 0
  let bits = 0
  for (const word of words(text)) bits |= Object.hasOwn(STATUS_WORDS, word) ? (STATUS_WORDS[word] ?? 0) : 0
  if (bits === 0) throw invalidFilter()
  return bits
}

/** The text of a status filter: its words joined by commas, `error` or `queued` if one says it all; empty for all. */
export function statusFilterNames(bits: StatusFilter): string {
  for (const [name, composite] of Object.entries(COMPOSITES)) if (bits === composite) return name
  const names: string[] = []
  for (const [status, bit] of Object.entries(TrackerStatusBits)) if ((bits & bit) !== 0) names.push(status)
  return names.join(',')
}

/** Whether a status passes a filter. A status that is not known passes every one. */
export function matchesFilter(status: TrackerStatus, filter: StatusFilter): boolean {
  return filter === 0 || status === 'undefined' || (TrackerStatusBits[status] & filter) !== 0
}

/** The status with this number on the wire; `undefined` (the status) for a number that is none. */
export function statusFromBits(bits: number): TrackerStatus {
  statusByBit ??= mapByBit()
  return statusByBit.get(bits) ?? 'undefined'
}

function mapByBit(): Map<number, TrackerStatus> {
  return new Map((Object.entries(TrackerStatusBits) as [TrackerStatus, number][]).map(([status, bit]) => [bit, status]))
}

/**
 * Reads a filter of pin types such as `pin,meta-pin`. Unknown words are ignored as long as one is known; empty means
 * all.
 *
 * @returns sum of `PinTypeBits`
 * @throws ClusterError `ERR_BAD_REQUEST` when no word is known
 */
export function parsePinTypeFilter(text: string): number {
  let bits = 0
  for (const word of text.split(',')) bits |= PinTypeBits[parsePinType(word)]
  if (bits === PinTypeBits['bad-type']) throw invalidFilter()
  return bits & PinTypeBits.all
}

/** The text of a filter of pin types: its words joined by commas, `all` for all of them. */
export function pinTypeFilterNames(bits: number): string {
  if ((bits & PinTypeBits.all) === PinTypeBits.all) return 'all'
  const types = (Object.keys(PinTypeBits) as PinType[]).filter((type) => type !== 'all' && type !== 'bad-type')
  return types.filter((type) => (PinTypeBits[type] & bits) !== 0).join(',')
}

function words(text: string): string[] {
  return text.replaceAll(' ', '').split(',')
}

function invalidFilter(): ClusterError {
  return new ClusterError('ERR_BAD_REQUEST', 'invalid filter value')
}
