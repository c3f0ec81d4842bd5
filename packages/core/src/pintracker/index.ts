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
 * console.log((await tracker.explain(pin.cid)).reason) // '120 blocks so far, the last 3 s ago'
 */
import type { PinTrackerInit } from './defaults.ts'
import type { PinTracker } from './interface.ts'
import type { PinTrackerComponents } from './tracker.ts'
import { StatelessTracker } from './tracker.ts'

export type { CidKey } from './cid-key.ts'
export { cidOfKey, keyOfCid } from './cid-key.ts'
export type { PinTrackerInit } from './defaults.ts'
export type { ListPinsOptions, PinTracker, RecoverAllOptions, StatusCounts } from './interface.ts'
export type { ListedPin, PinListing, PinUnderWay, Rest } from './listed-pin.ts'
export type { PinTrackerEvents, StatusChange } from './operation-runner.ts'
export { isPinnedEverywhere, isRemotePin } from './placement.ts'
export type { Answerer } from './status.ts'
export { NOT_PINNED_IN_IPFS, unpinnedInfo } from './status.ts'
export type { PinTrackerComponents } from './tracker.ts'

/** Makes the tracker of a peer from the settings in `pin_tracker.stateless`. */
export function pinTracker(init: PinTrackerInit = {}): (components: PinTrackerComponents) => PinTracker {
  return (components) => new StatelessTracker(components, init)
}
