import type { CreationPlace, PinState, StoredPin } from '@ipfs-cluster/core/state'
import { compareNewest, compareOldest, First } from '../../common/pinset/places.ts'
import { scan, tryRead } from '../../common/pinset/scan.ts'
import { formatCursor } from './cursor.ts'
import type { Place } from './cursor.ts'
import type { Selection } from './selection.ts'

/** Which pins may be on a page, whatever the user selects. */
export interface PageOptions {
  /** Sum of `PinTypeBits`; 0: all. */
  readonly types: number
  readonly signal: AbortSignal
}

/** The pins of a page, and the cursor that leads to the next one. */
export interface Page {
  readonly pins: readonly StoredPin[]
  /** Absent on the last page. */
  readonly next?: string
}

type RankedPin = StoredPin & CreationPlace

/** One page; holds no more than that. */
export async function readPage(
  state: PinState,
  selection: Selection,
  limit: number,
  options: PageOptions
): Promise<Page> {
  const found = await (selection.order === 'key'
    ? firstByKey(state, selection, limit + 1, options)
    : firstByTime(state, selection, limit + 1, options))
  const pins = found.slice(0, limit)
  const last = pins.at(-1)
  if (found.length <= limit || last === undefined) return { pins }
  return { pins, next: formatCursor({ order: selection.order, created: last.created, key: last.key }) }
}

/** All selected pins in the order of their keys, in batches of bounded size. */
export async function* listSelected(
  state: PinState,
  { behind, passes }: Selection,
  { types, signal }: PageOptions,
  limit?: number
): AsyncGenerator<readonly StoredPin[], void, undefined> {
  const range = { types, signal, ...(behind && { after: behind.key }), ...(limit !== undefined && { limit }) }
  for await (const batch of state.listStored(range)) {
    if (passes === undefined) yield batch
    else yield batch.filter(({ value }) => isWanted(value, passes))
  }
}

/** Without a test no more is read than is given. */
async function firstByKey(
  state: PinState,
  selection: Selection,
  count: number,
  options: PageOptions
): Promise<readonly RankedPin[]> {
  const found: RankedPin[] = []
  for await (const batch of listSelected(state, selection, options, selection.passes ? undefined : count)) {
    for (const pin of batch) found.push({ ...pin, created: 0 })
    if (found.length >= count) break
  }
  return found
}

/** By the index of the pinset; only for names and metadata all pins are looked at. */
async function firstByTime(
  state: PinState,
  { order, behind, passes }: Selection,
  count: number,
  options: PageOptions
): Promise<readonly RankedPin[]> {
  if (passes !== undefined) return searchByTime(scan(state, passes, options), { order, behind }, count)
  const { types, signal } = options
  const found: RankedPin[] = []
  const isOldest = order === 'oldest'
  const range = { types, signal, order: isOldest ? order : ('newest' as const), ...(behind && { behind }) }
  for await (const batch of state.listByCreation(range)) {
    found.push(...batch.slice(0, count - found.length))
    if (found.length >= count) break
  }
  return found
}

async function searchByTime(
  pins: AsyncIterable<RankedPin>,
  { order, behind }: Pick<Selection, 'order'> & { behind: Place | undefined },
  count: number
): Promise<readonly RankedPin[]> {
  const compare = order === 'oldest' ? compareOldest : compareNewest
  const first = new First<RankedPin>(count, compare)
  for await (const pin of pins) if (behind === undefined || compare(behind, pin) < 0) first.add(pin)
  return first.items
}

function isWanted(value: Uint8Array, passes: NonNullable<Selection['passes']>): boolean {
  const summary = tryRead(value)
  return summary !== undefined && passes(summary, 0)
}
