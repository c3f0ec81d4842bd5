import { PinTypeBits } from '@ipfs-cluster/api'
import type { AbortOptions } from '@ipfs-cluster/core/util'
import { readPinSummary } from '@ipfs-cluster/core/codec'
import type { PinSummary } from '@ipfs-cluster/core/codec'
import type { PinState } from '@ipfs-cluster/core/state'
import { createdOf } from './created.ts'
import { compareRanked, Newest } from '../common/pinset/newest.ts'
import type { Ranked } from '../common/pinset/newest.ts'
import type { PinTest } from '../common/pinset/pin-filter.ts'

/** What a search looks for, and how much of it it gives. */
export interface SearchOptions extends AbortOptions {
  readonly passes: PinTest
  /** Whether a pin with that key is wanted, for what is known of pins besides the pinset. */
  readonly wants: (key: string) => boolean
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
    for (const { key, value } of batch) {
      const summary = tryRead(value)
      if (summary === undefined) continue
      const created = createdOf(key, summary.timestamp).toMilliseconds()
      if (!passes(summary, created) || !wants(key)) continue
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
