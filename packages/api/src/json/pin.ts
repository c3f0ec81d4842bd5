import { nullable, field, integer, list, record, struct, text, unsigned } from './codec.ts'
import type { JsonCodec, JsonFields } from './codec.ts'
import { document } from './document.ts'
import { multiaddr, peerId } from './kinds/address.ts'
import { cid } from './kinds/cid.ts'
import { time } from './kinds/time.ts'
import { pinMode, pinType } from './kinds/word.ts'
import type { Pin, PinOptions } from '../pin.ts'

/** The members of pin options, which are also the first members of a pin. */
export const pinOptionsFields: JsonFields<PinOptions> = {
  replicationFactorMin: field('replication_factor_min', integer),
  replicationFactorMax: field('replication_factor_max', integer),
  name: field('name', text),
  mode: field('mode', pinMode),
  shardSize: field('shard_size', unsigned),
  userAllocations: field('user_allocations', nullable(list(peerId))),
  expireAt: field('expire_at', time),
  metadata: field('metadata', nullable(record(text))),
  pinUpdate: field('pin_update', nullable(cid)),
  origins: field('origins', nullable(list(multiaddr)))
}

export const pinOptionsCodec: JsonCodec<PinOptions> = struct<PinOptions>(pinOptionsFields)

export const pinCodec: JsonCodec<Pin> = struct<Pin>({
  ...pinOptionsFields,
  cid: field('cid', cid),
  type: field('type', pinType),
  allocations: field('allocations', nullable(list(peerId))),
  maxDepth: field('max_depth', integer),
  reference: field('reference', nullable(cid)),
  timestamp: field('timestamp', time)
})

export const { toJSON: pinToJSON, fromJSON: pinFromJSON, toLine: encodePinLine } = document(pinCodec)
export const { toJSON: pinOptionsToJSON, fromJSON: pinOptionsFromJSON } = document(pinOptionsCodec)
