import type { OperationLimits } from './operation.ts'

/** Settings of the tracker, as in the section `pin_tracker.stateless` of service.json. */
export interface PinTrackerInit {
  /**
   * Most operations that wait, for each of: recent pins, other pins, unpins; and most failed ones that are remembered.
   * What does not fit fails with an error that says so, and is taken up when half of the queue is free. One costs some
   * 700 bytes of memory.
   */
  maxPinQueueSize?: number
  /**
   * Pins that the IPFS node is asked to fetch at the same moment. More finish sooner on a fast network. Those that show
   * no life for an unusual time do not count; with them there are four times as many at most. With 1, pins go strictly
   * one after the other, and one that nobody provides holds up the rest until its time is over.
   */
  concurrentPins?: number
  /** Milliseconds; a pin younger than this goes before the others. */
  priorityPinMaxAge?: number
  /** A pin that was started more often than this waits behind the others. */
  priorityPinMaxRetries?: number
  /**
   * `cluster.pin_recover_interval` in milliseconds: what failed is tried again by itself, first after half a minute or
   * this, whichever is shorter, then less and less often, down to every fifth of these intervals.
   */
  recoverInterval?: number
}

export const DEFAULT_MAX_PIN_QUEUE_SIZE = 1_000_000
export const DEFAULT_CONCURRENT_PINS = 10
export const DEFAULT_PRIORITY_PIN_MAX_AGE = 24 * 3600 * 1000
export const DEFAULT_PRIORITY_PIN_MAX_RETRIES = 5
export const DEFAULT_RECOVER_INTERVAL = 12 * 60 * 1000

/** Unpins at the same moment. Removing a pin locks the pinset of a Kubo node, so more than one gain nothing. */
export const CONCURRENT_UNPINS = 1

/** Milliseconds to the first try of what failed, at most; and how many recover intervals lie between late ones. */
export const FIRST_RETRY = 30_000
export const LATE_RETRY_INTERVALS = 5

/** Failed operations that are put back into the queue in one go. */
export const RETRIES_AT_ONCE = 1000

/**
 * Milliseconds that a pin may be silent before it makes room for others: before its first block as long as nothing is
 * known of the network, at most while nothing is known, at least and at most when something is, after its first block
 * (Kubo tells of blocks twice a second), and at least when those that wait have been silent as well.
 */
export const PATIENCE = {
  initial: 1000,
  unknown: 5000,
  min: 40,
  max: 10_000,
  afterProgress: 10_000,
  again: 1000
} as const

/** Milliseconds of silence that are unusual as long as nothing is known of the network. */
export const UNUSUAL_AT_FIRST = 100

/** A pin that lost more turns than this to others stays for as long as the IPFS connector lets it, unless new ones come. */
export const MAX_TURNS_LOST = 5

/**
 * Pins that are silent for an unusual time hold no slot, and make up for the time that they held one: each lets so many
 * others in, as long as there are no more calls in all than so many times the slots.
 */
export const LET_IN_BY_SILENT = 2
export const MAX_OVERFLOW = 4

/** Milliseconds between the turns that pins which gave way get although others wait. */
export const PATIENT_TURN_INTERVAL = 5 * 60_000
/** The share of the slots for such turns is one of this many, and at least one slot. */
export const PATIENT_SLOT_SHARE = 10

/** Waits before an IPFS node is asked again that answered and went away at once, again and again. */
export const OUTAGE_BACKOFF = { initial: 1000, max: 30_000 } as const
/** A pin during whose calls the node went away more often than this, without a block in between, has failed itself. */
export const MAX_BREAKS = 3

/** Milliseconds for an answer of a node that was away, when somebody asks for a recover. */
export const ASK_TIMEOUT = 2000

/** Milliseconds between two walks over the pinset for what the queue had no place for. */
export const REFILL_PAUSE = 60_000

/** Operations that are listed in one go when that reads nothing; others have their turn between two of these. */
export const BRIEF_PART = 100

/** Characters of an error that are kept. */
export const MAX_ERROR_LENGTH = 1024

/** Milliseconds that what failed may wait to be written down, and the most that waits. */
export const LEDGER_DELAY = 5000
export const LEDGER_BATCH = 5000

/** The settings as the operations want them. */
export function limitsOf(init: PinTrackerInit): OperationLimits {
  const recoverInterval = init.recoverInterval ?? DEFAULT_RECOVER_INTERVAL
  return {
    maxPinQueueSize: init.maxPinQueueSize ?? DEFAULT_MAX_PIN_QUEUE_SIZE,
    concurrentPins: init.concurrentPins ?? DEFAULT_CONCURRENT_PINS,
    concurrentUnpins: CONCURRENT_UNPINS,
    // Who sets a single slot wants one pin after the other.
    isOneByOne: init.concurrentPins === 1,
    priorityPinMaxAge: (init.priorityPinMaxAge ?? DEFAULT_PRIORITY_PIN_MAX_AGE) / 1000,
    priorityPinMaxRetries: init.priorityPinMaxRetries ?? DEFAULT_PRIORITY_PIN_MAX_RETRIES,
    retry: { initial: Math.min(FIRST_RETRY, recoverInterval), max: LATE_RETRY_INTERVALS * recoverInterval }
  }
}
