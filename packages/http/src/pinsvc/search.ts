import { PinTypeBits } from '@ipfs-cluster/api'
import type { CreationPlace, PinState } from '@ipfs-cluster/core/state'
import type { AbortOptions } from '@ipfs-cluster/core/util'
import { compareNewest, First } from '../common/pinset/places.ts'
import { pinTest } from '../common/pinset/pin-filter.ts'
import type { PinFilter } from '../common/pinset/pin-filter.ts'
import { scan } from '../common/pinset/scan.ts'
import type { StatusTest } from './status-test.ts'

/** Pins whose places are asked for at the same time. */
const PLACES_AT_ONCE = 200

/** What a search looks for, and how much of it it gives. */
export interface SearchOptions extends AbortOptions {
  readonly filter: PinFilter
  /** Undefined: any status will do. */
  readonly status: StatusTest | undefined
  /** Most pins to give. */
  readonly size: number
  /** Give only pins that come behind this one. */
  readonly behind: CreationPlace | undefined
}

export interface Found {
  /** How many pins match, wherever they come. */
  readonly count: number
  /** The newest of them. */
  readonly newest: readonly CreationPlace[]
}

/** Picks the newest pins that match, and counts all. Holds no more than it gives, however many pins there are. */
export function search(state: PinState, options: SearchOptions): Promise<Found> {
  const { filter, status } = options
  if (filter.name !== '' || filter.metadata.size > 0 || status?.hasLost === true) return searchAll(state, options)
  if (status?.wantsSettled === false) return searchUnsettled(state, status, options)
  return searchRecent(state, options)
}

/** Goes once through the whole pinset. */
async function searchAll(state: PinState, { filter, status, size, behind, signal }: SearchOptions): Promise<Found> {
  const newest = new First(size, compareNewest)
  let count = 0
  for await (const pin of scan(state, pinTest(filter), { types: PinTypeBits.pin, ...(signal && { signal }) })) {
    if (status?.wants(pin) === false) continue
    count++
    const { created, key } = pin
    if (behind === undefined || compareNewest(behind, pin) < 0) newest.add({ created, key })
  }
  return { count, newest: newest.items }
}

/** Looks only at pins that are not settled, of which there are few. */
async function searchUnsettled(
  state: PinState,
  { unsettled }: StatusTest,
  { filter, size, behind, signal }: SearchOptions
): Promise<Found> {
  const newest = new First(size, compareNewest)
  let count = 0
  for await (const place of placesOf(unsettled, true, state, { filter, signal })) {
    count++
    if (behind === undefined || compareNewest(behind, place) < 0) newest.add(place)
  }
  return { count, newest: newest.items }
}

/** Reads the newest by the index, and takes from the number of all that of the few that are not wanted. */
async function searchRecent(state: PinState, { filter, status, size, behind, signal }: SearchOptions): Promise<Found> {
  const { before, after } = filter
  const range = { before, after, ...(signal && { signal }) }
  const newest: CreationPlace[] = []
  const options = { ...range, types: PinTypeBits.pin, ...(behind && { behind }) }
  for await (const batch of size === 0 ? [] : state.listByCreation(options)) {
    for (const pin of batch) {
      if (newest.length < size && status?.wants(pin) !== false) newest.push({ created: pin.created, key: pin.key })
    }
    if (newest.length >= size) break
  }
  let count = await state.countByCreation(range)
  if (status === undefined) return { count, newest }
  for await (const _ of placesOf(status.unsettled, false, state, { filter, signal })) count--
  return { count, newest }
}

/** The places of those pins that are wanted, or are not, and in the range of time. */
async function* placesOf(
  pins: ReadonlyMap<string, boolean>,
  areWanted: boolean,
  state: PinState,
  { filter, signal }: Pick<SearchOptions, 'filter' | 'signal'>
): AsyncGenerator<CreationPlace, void, undefined> {
  const keys: string[] = []
  for (const [key, isWanted] of pins) if (isWanted === areWanted) keys.push(key)
  for (let start = 0; start < keys.length; start += PLACES_AT_ONCE) {
    const places = await state.placesOf(
      keys.slice(start, start + PLACES_AT_ONCE),
      signal === undefined ? {} : { signal }
    )
    for (const place of places) if (place.created < filter.before && place.created > filter.after) yield place
  }
}
