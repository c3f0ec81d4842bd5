/**
 * @packageDocumentation
 *
 * What this peer has to do with its IPFS node: pin what the pinset gives it, unpin what left the pinset, a bounded
 * number at a time, and say how far it is.
 *
 * @example
 * const tracker = pinTracker({ concurrentPins: 10 })(components)
 * await startAll([tracker])
 * tracker.track(pin)
 * console.log((await tracker.status(pin.cid)).status) // 'pin_queued', 'pinning', 'pinned' ...
 */
import type { PinTrackerInit } from './defaults.ts'
import type { PinTracker } from './interface.ts'
import type { PinTrackerComponents } from './tracker.ts'
import { StatelessTracker } from './tracker.ts'

export type { PinTrackerInit } from './defaults.ts'
export type { PinTracker } from './interface.ts'
export { isPinnedEverywhere, isRemotePin } from './placement.ts'
export { NOT_PINNED_IN_IPFS } from './status.ts'
export type { PinTrackerComponents, PinTrackerEvents, StatusChange } from './tracker.ts'

/** Makes the tracker of a peer from the settings in `pin_tracker.stateless`. */
export function pinTracker(init: PinTrackerInit = {}): (components: PinTrackerComponents) => PinTracker {
  return (components) => new StatelessTracker(components, init)
}
