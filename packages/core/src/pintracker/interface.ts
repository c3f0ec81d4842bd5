import type { Pin, PinInfo, StatusFilter } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { AbortOptions, Startable } from '../util/startable.ts'

/** Brings the IPFS node of this peer to what the pinset asks of it, and says how far it is. */
export interface PinTracker extends Startable {
  /** The pinset has this pin now: pin it here if this peer is among its allocations, else see that it is not pinned. */
  track(pin: Pin): void
  /** The pinset has this CID no more. */
  untrack(cid: CID): void
  /** State of one CID on this peer. */
  status(cid: CID, options?: AbortOptions): Promise<PinInfo>
  /** State of every CID that matches, streamed. */
  statusAll(filter: StatusFilter, options?: AbortOptions): AsyncIterable<PinInfo>
  /** Tries again what failed; gives the state after. */
  recover(cid: CID, options?: AbortOptions): Promise<PinInfo>
  /** Tries again everything that failed, and yields what was queued. */
  recoverAll(options?: AbortOptions): AsyncIterable<PinInfo>
  /** Number of operations that wait. */
  queueSize(): number
}
