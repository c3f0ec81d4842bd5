import type { CID } from 'multiformats/cid'
import type { Pin, PinOptions } from './pin.ts'
import { Time } from './time.ts'

/** What a user who asks for nothing gets: a recursive pin with the factors of the peer's configuration, for ever. */
export function defaultPinOptions(): PinOptions {
  return {
    replicationFactorMin: 0,
    replicationFactorMax: 0,
    name: '',
    mode: 'recursive',
    shardSize: 0,
    userAllocations: null,
    expireAt: Time.ZERO,
    metadata: null,
    pinUpdate: null,
    origins: null
  }
}

/** A recursive data pin with default options, made now. */
export function emptyPin(cid: CID): Pin {
  return pinWithOptions(cid, defaultPinOptions())
}

/** A data pin with these options, made now; the depth follows from the mode. */
export function pinWithOptions(cid: CID, options: PinOptions): Pin {
  return {
    ...options,
    cid,
    type: 'pin',
    allocations: [],
    maxDepth: options.mode === 'direct' ? 0 : -1,
    reference: null,
    timestamp: Time.now()
  }
}
