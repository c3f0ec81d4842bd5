import type { Time, TrackerStatus } from '@ipfs-cluster/api'
import type { CidKey } from './cid-key.ts'

/** What is to be done to a CID. `remote`: see that it is not pinned here, because other peers hold it. */
export type OperationKind = 'pin' | 'unpin' | 'remote'

export type OperationPhase = 'queued' | 'running' | 'error'

/** Something to be done to one CID, from the moment it is asked for until it is done. What failed stays. */
export interface Operation {
  readonly key: CidKey
  readonly kind: OperationKind
  readonly phase: OperationPhase
  /** When the phase began. */
  readonly since: Time
  /** How often it has been started. Going on after it gave its slot to others is no new start. */
  readonly attempts: number
  readonly priority: boolean
  /** Unix seconds of the pin's timestamp, which decides whether it goes first. */
  readonly pinnedAt: number
  /** Why it failed last; stays while it is tried again. */
  readonly error: string
  /** Blocks that the IPFS node was seen to have. */
  readonly blocks: number
  /** When the last of them came, zero if none has. */
  readonly progressAt: Time
  /** How often it gave its slot to others. */
  readonly turnsLost: number
  /** By the clock of {@link Moment.ms}: when it is tried again by itself, 0 unless it failed. */
  readonly retryAt: number
}

/** The clock and the dice, given from outside. */
export interface Moment {
  readonly time: Time
  /** Milliseconds of a clock that nobody sets. */
  readonly ms: number
  /** A number from 0 to below 1. */
  readonly chance: number
}

/** What happens to operations. */
export type OperationEvent =
  /** Operations may be started from now on. */
  | { readonly type: 'opened' }
  /** No operation may be started any more. */
  | { readonly type: 'closed' }
  | { readonly type: 'requested'; readonly kind: OperationKind; readonly key: CidKey; readonly pinnedAt: number }
  /** An operation that failed in an earlier life of the peer. `retryIn` in milliseconds. */
  | { readonly type: 'remembered'; readonly failure: Failure; readonly retryIn: number }
  /** The IPFS node has that many blocks of what a call pins. */
  | { readonly type: 'progress'; readonly operation: Operation; readonly blocks: number }
  /**
   * The call that an operation was started with has ended, well if there is no error.
   * `isOutage`: the IPFS node could not be reached, so the operation is not to blame.
   */
  | {
      readonly type: 'settled'
      readonly operation: Operation
      readonly error?: string
      readonly isOutage?: boolean
    }
  /** After a `probe`: the IPFS node answers. */
  | { readonly type: 'answering' }
  /** Time has passed: see `nextWake`. */
  | { readonly type: 'woken' }

/** What outlives the process of an operation that failed. */
export type Failure = Pick<Operation, 'key' | 'kind' | 'since' | 'attempts' | 'pinnedAt' | 'error'>

/** What to do about it. */
export type OperationEffect =
  /** Call the IPFS node; say when the call has settled. */
  | { readonly type: 'start'; readonly operation: Operation }
  /** Nobody waits for that call any more: abort it. It still has to be said when it has settled. */
  | { readonly type: 'abort'; readonly operation: Operation }
  /** The queue is full: the operation has failed without being started. */
  | { readonly type: 'refused'; readonly operation: Operation }
  /** What failed is remembered no more, as too much has failed since: a pin that shows as unexpectedly unpinned now. */
  | { readonly type: 'forgotten'; readonly operation: Operation }
  /** The IPFS node is away: after so many milliseconds, wait until it answers and say so. */
  | { readonly type: 'probe'; readonly delay: number; readonly error: string }
  /** For those who watch; the status is `pinned`, `unpinned` or `remote` when it is done. */
  | {
      readonly type: 'changed'
      readonly operation: Operation
      readonly status: TrackerStatus
      readonly attempts: number
    }

/** How much is done at once, and what goes first. */
export interface OperationLimits {
  maxPinQueueSize: number
  concurrentPins: number
  concurrentUnpins: number
  /** Whether each pin keeps its slot to its end, however silent it is. */
  isOneByOne?: boolean
  /** Seconds. */
  priorityPinMaxAge: number
  priorityPinMaxRetries: number
  /** Milliseconds between the tries of what failed: after the first failure, and at most. */
  retry: { readonly initial: number; readonly max: number }
}

/** The Go release shows clients this text. */
export const FULL_QUEUE = 'pin/unpin operation queue is full. Try increasing max_pin_queue_size'

export const STATUSES = {
  pin: { queued: 'pin_queued', running: 'pinning', error: 'pin_error', done: 'pinned' },
  unpin: { queued: 'unpin_queued', running: 'unpinning', error: 'unpin_error', done: 'unpinned' },
  remote: { queued: 'remote', running: 'remote', error: 'remote', done: 'remote' }
} as const satisfies Record<OperationKind, Record<OperationPhase | 'done', TrackerStatus>>
