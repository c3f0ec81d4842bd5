/**
 * @packageDocumentation
 *
 * The pinset of a cluster: what is pinned, as one peer knows it. Reading is here; changes go through the consensus,
 * which keeps the pinset in the datastore.
 *
 * @example
 * for await (const pin of consensus.state.list({ types: PinTypeBits.pin })) console.log(pin.cid.toString())
 * for await (const text of exportState(consensus.state)) file.write(text)
 */
import type { PinState } from './interface.ts'
import { DatastorePinState } from './pin-state.ts'
import type { DatastorePinStateComponents, DatastorePinStateInit } from './pin-state.ts'

export { IndexGrowth, PinIndex } from './pin-index.ts'
export type { PinChange } from './pin-index.ts'
export { creationTime } from './creation-time.ts'
export { isBefore, isExpired, neverExpires } from './expiry.ts'
export { exportState } from './export.ts'
export { importState } from './import.ts'
export type { ExportOptions } from './export.ts'
export type { ImportOptions, ImportTarget } from './import.ts'
export type * from './interface.ts'
export type { DatastorePinStateComponents, DatastorePinStateInit } from './pin-state.ts'
export { storedPinTypeBit } from './stored-pin.ts'

/** The pinset over a datastore; give a snapshot instead to read several things as of one moment. */
export function datastorePinState(init: DatastorePinStateInit): (components: DatastorePinStateComponents) => PinState {
  return (components) => new DatastorePinState(components, init)
}
