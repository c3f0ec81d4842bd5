import { readPinSummary } from '@ipfs-cluster/core/codec'
import type { PinSummary } from '@ipfs-cluster/core/codec'
import type { PinState, StoredPin } from '@ipfs-cluster/core/state'
import { compareRanked, Newest } from '../../common/pinset/newest.ts'
import type { Ranked } from '../../common/pinset/newest.ts'
import { formatCursor } from './cursor.ts'
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

type RankedPin = StoredPin & Ranked

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

/** There is no index by time: it would have to be kept beside a pinset that a Go peer may have changed in between. */
async function firstByTime(
  state: PinState,
  { order, behind, passes }: Selection,
  count: number,
  options: PageOptions
): Promise<readonly RankedPin[]> {
  const first = new Newest<RankedPin>(count)
  for await (const batch of state.listStored(options)) {
    for (const { key, value } of batch) {
      const summary = tryRead(value)
      if (summary === undefined || passes?.(summary, 0) === false) continue
      const { seconds } = summary.timestamp
      const ranked = { key, value, created: order === 'newest' ? seconds : -seconds }
      if (behind === undefined || compareRanked(behind, ranked) < 0) first.add(ranked)
    }
  }
  return first.items
}

function isWanted(value: Uint8Array, passes: NonNullable<Selection['passes']>): boolean {
  const summary = tryRead(value)
  return summary !== undefined && passes(summary, 0)
}

/** One damaged pin must not hide all the others; the state tells the log of it when the pin is read. */
function tryRead(value: Uint8Array): PinSummary | undefined {
  try {
    return readPinSummary(value)
  } catch {
    return undefined
  }
}
