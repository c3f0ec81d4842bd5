/** Settings of the tracker, as in the section `pin_tracker.stateless` of service.json. */
export interface PinTrackerInit {
  /**
   * Most operations that wait, for each of: recent pins, other pins, unpins. What does not fit fails with an error
   * that says so and is tried again by recover. One costs some 300 bytes of memory.
   */
  maxPinQueueSize?: number
  /** Pins that the IPFS node is asked to fetch at the same moment. More finish sooner on a fast network. */
  concurrentPins?: number
  /** Milliseconds; a pin younger than this goes before the others. */
  priorityPinMaxAge?: number
  /** A pin that was started more often than this waits behind the others. */
  priorityPinMaxRetries?: number
}

export const DEFAULT_MAX_PIN_QUEUE_SIZE = 1_000_000
export const DEFAULT_CONCURRENT_PINS = 10
export const DEFAULT_PRIORITY_PIN_MAX_AGE = 24 * 3600 * 1000
export const DEFAULT_PRIORITY_PIN_MAX_RETRIES = 5

/** Unpins at the same moment. Removing a pin locks the pinset of a Kubo node, so more than one gain nothing. */
export const CONCURRENT_UNPINS = 1
