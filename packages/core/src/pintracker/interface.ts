import type { Pin, PinDetail, PinInfo, StatusFilter, Time, TrackerStatus } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { AbortOptions, Startable } from '../util/startable.ts'
import type { PinListing } from './listed-pin.ts'

/** How many items have each status on this peer. */
export interface StatusCounts {
  /** Only those that there are. */
  statuses: Partial<Record<TrackerStatus, number>>
  /**
   * When the pinset was last compared with what the IPFS node holds. What is under way is counted as of now, what is at
   * rest as of then, with what has been done since. Zero while the node could not be asked.
   */
  comparedAt: Time
}

export interface RecoverAllOptions extends AbortOptions {
  /** Nobody asked for it: leave alone what failed and waits for its next try. */
  isAutomatic?: boolean
}

export interface ListPinsOptions extends AbortOptions {
  /** Only statuses are asked for: of what is under way, all that the pinset tells is left out, so that it is not read. */
  brief?: boolean
}

/** Brings the IPFS node of this peer to what the pinset asks of it, and says how far it is. */
export interface PinTracker extends Startable {
  /** The pinset has this pin now: pin it here if this peer is among its allocations, else see that it is not pinned. */
  track(pin: Pin): void
  /** The pinset has this CID no more. */
  untrack(cid: CID): void
  /** State of one CID on this peer; with `detail` as long as there is something to do about it. */
  status(cid: CID, options?: AbortOptions): Promise<PinInfo>
  /** State of every CID that matches, streamed. */
  statusAll(filter: StatusFilter, options?: AbortOptions): AsyncIterable<PinInfo>
  /** The same in parts, undecoded where that suffices, in the order of the keys of the pinset if it lists all of it. */
  list(filter: StatusFilter, options?: ListPinsOptions): AsyncIterable<PinListing>
  /** Why a CID is as it is here: what it waits for, how far it is, why it failed, when it is tried again. */
  explain(cid: CID, options?: AbortOptions): Promise<PinDetail>
  /** At hand once the pinset has been compared, which the first call does. */
  counts(options?: AbortOptions): Promise<StatusCounts>
  /** Tries again what failed; gives the state after. */
  recover(cid: CID, options?: AbortOptions): Promise<PinInfo>
  /** Tries again everything that failed, and yields what was queued. */
  recoverAll(options?: RecoverAllOptions): AsyncIterable<PinInfo>
  /** Number of pins that wait. */
  queueSize(): number
}
