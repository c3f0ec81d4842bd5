import type { CID } from 'multiformats/cid'
import type { Multiaddr, PeerId } from './peer.ts'
import type { Time } from './time.ts'

/** How deep a pin reaches: the whole DAG under the root, or the root block alone. */
export type PinMode = 'direct' | 'recursive'

/**
 * What a pin stands for. `pin` is ordinary data; the other three are parts of a sharded add (spec: wire 3.3).
 * `bad-type` is what an unknown type in a document decodes to, `all` exists in filters only.
 */
export type PinType = 'bad-type' | 'pin' | 'meta-pin' | 'clusterdag-pin' | 'shard-pin' | 'all'

/** The number of each pin type on the wire: bits, so that a filter is their sum. */
export const PinTypeBits: Readonly<Record<PinType, number>> = {
  'bad-type': 1,
  pin: 2,
  'meta-pin': 4,
  'clusterdag-pin': 8,
  'shard-pin': 16,
  all: 30
}

/** What a user asks for when pinning. `null` and an empty list are different things to clients, so both are kept. */
export interface PinOptions {
  /** Fewest copies that make the pin a success; -1: every peer, 0: the peer's configured default. */
  replicationFactorMin: number
  /** Most copies to be made; -1: every peer, 0: the peer's configured default. */
  replicationFactorMax: number
  name: string
  mode: PinMode
  /** Bytes per shard of a sharded add, 0 when not sharded. */
  shardSize: number
  /** Peers preferred by the user. Not stored in the state. */
  userAllocations: PeerId[] | null
  /** When the pin is to be removed; the zero time: never. */
  expireAt: Time
  metadata: Record<string, string> | null
  /** The pin whose options and allocations this one takes over. */
  pinUpdate: CID | null
  /** Where the content can be had, each with `/p2p/`. */
  origins: Multiaddr[] | null
}

/** An item of the pinset. */
export interface Pin extends PinOptions {
  cid: CID
  type: PinType
  /** The peers that hold the pin; empty: all of them. */
  allocations: PeerId[] | null
  /** -1 recursive, 0 the root alone, 1 a shard. */
  maxDepth: number
  /** Link between the parts of a sharded add. */
  reference: CID | null
  /** When the pin was made. Whole seconds once it has been through the state. */
  timestamp: Time
}
