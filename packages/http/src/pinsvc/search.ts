import { PinTypeBits } from '@ipfs-cluster/api'
import { readPinSummary } from '@ipfs-cluster/core/codec'
import type { PinSummary } from '@ipfs-cluster/core/codec'
import type { PinState, StoredPin } from '@ipfs-cluster/core/state'
import type { AbortOptions } from '@ipfs-cluster/core/util'
import { compareRanked, Newest } from '../common/pinset/newest.ts'
import type { Ranked } from '../common/pinset/newest.ts'
import type { PinTest } from '../common/pinset/pin-filter.ts'
import { createdOf } from './created.ts'

/** What a search looks for, and how much of it it gives. */
export interface SearchOptions extends AbortOptions {
  readonly passes: PinTest
  /** Whether a stored pin is wanted, for what is known besides the pinset. */
  readonly wants: (pin: StoredPin) => boolean
  /** Most pins to give. */
  readonly size: number
  /** Give only pins that come behind this one. */
  readonly behind: Ranked | undefined
}

export interface Found {
  /** How many pins match, wherever they come. */
  readonly count: number
  /** The newest of them. */
  readonly newest: readonly Ranked[]
}

/**
 * Goes once through the pinset and picks the newest pins that match. It holds no more than it gives, however many pins
 * there are: an index by time would have to be kept beside a pinset that a Go peer may have changed in between.
 */
export async function search(state: PinState, options: SearchOptions): Promise<Found> {
  const { passes, wants, size, behind, signal } = options
  const newest = new Newest(size)
  let count = 0
  for await (const batch of state.listStored({ types: PinTypeBits.pin, ...(signal && { signal }) })) {
    for (const stored of batch) {
      const { key } = stored
      const summary = tryRead(stored.value)
      if (summary === undefined) continue
      const created = createdOf(key, summary.timestamp).toMilliseconds()
      if (!passes(summary, created) || !wants(stored)) continue
      count++
      const item = { created, key }
      if (behind === undefined || compareRanked(behind, item) < 0) newest.add(item)
    }
  }
  return { count, newest: newest.items }
}

/** One damaged pin must not hide all the others; the state tells the log of it when the pin is read. */
function tryRead(value: Uint8Array): PinSummary | undefined {
  try {
    return readPinSummary(value)
  } catch {
    return undefined
  }
}
