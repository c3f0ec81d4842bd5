/** State of one pin on one peer. */
export type TrackerStatus =
  | 'undefined'
  | 'cluster_error'
  | 'pin_error'
  | 'unpin_error'
  | 'pinned'
  | 'pinning'
  | 'unpinning'
  | 'unpinned'
  | 'remote'
  | 'pin_queued'
  | 'unpin_queued'
  | 'sharded'
  | 'unexpectedly_unpinned'

/** The number of each status on the wire: bits, so that a filter is their sum (spec: wire 2.4). */
export const TrackerStatusBits: Readonly<Record<TrackerStatus, number>> = {
  undefined: 0,
  cluster_error: 2,
  pin_error: 4,
  unpin_error: 8,
  pinned: 16,
  pinning: 32,
  unpinning: 64,
  unpinned: 128,
  remote: 256,
  pin_queued: 512,
  unpin_queued: 1024,
  sharded: 2048,
  unexpectedly_unpinned: 4096
}

/** Set of statuses as a sum of {@link TrackerStatusBits}; 0 means all. */
export type StatusFilter = number
