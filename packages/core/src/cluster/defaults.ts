import type { PinOptions } from '@ipfs-cluster/api'
import type { RepairInit } from '../repair/index.ts'

/** Settings of the peer as a whole, as in the section `cluster` of service.json. Times are in milliseconds. */
export interface ClusterInit extends RepairInit {
  /** Name that people know the peer by. */
  peername: string
  /** Fewest and most copies of pins that do not say it themselves; -1: every peer. */
  replicationFactorMin?: PinOptions['replicationFactorMin']
  replicationFactorMax?: PinOptions['replicationFactorMax']
  /** The peer changes nothing in the pinset and asks no other peer for its status. */
  followerMode?: boolean
  /** Time between two walks over the pinset that unpin what has expired. */
  stateSyncInterval?: number
  /** Time between two comparisons of the pinset with the IPFS node that pin what is missing. */
  pinRecoverInterval?: number
  /** Time between two looks at who the members are. */
  peerWatchInterval?: number
  /** Whether the peer leaves the cluster, and deletes its state, when it stops. */
  leaveOnShutdown?: boolean
}

export const DEFAULT_REPLICATION_FACTOR = -1
export const DEFAULT_STATE_SYNC_INTERVAL = 5 * 60 * 1000
export const DEFAULT_PIN_RECOVER_INTERVAL = 12 * 60 * 1000
export const DEFAULT_PEER_WATCH_INTERVAL = 5000

/** How long a member may take to tell its status of a CID, or who it is. */
export const MEMBER_TIMEOUT = 15_000

/** Waits between attempts to connect the own IPFS node to that of a member. */
export const SWARM_BACKOFF = { initial: 15_000, max: 10 * 60 * 1000 } as const

/** Time after which it is looked whether two IPFS nodes are still connected. */
export const SWARM_RECHECK_INTERVAL = 60_000

/** IPFS nodes that are called at once, so that a cluster of hundreds is no flood of connections. */
export const SWARM_DIALS_PER_LOOK = 8

/** Addresses of one IPFS node that are tried; a node behind many interfaces has about twenty. */
export const MAX_SWARM_ADDRESSES = 32

/** The RPC protocol that peers show in their ID. */
export { RPC_PROTOCOL } from '../rpc/defaults.ts'

/** Milliseconds to read the list of shards of one sharded item, which is pinned on every peer. */
export const CLUSTER_DAG_TIMEOUT = 10_000

/** Milliseconds in which the pin of what was added must come, or the IPFS node lets go of it. */
export const ADDED_PATIENCE = 10 * 60_000

/** How often it is looked at what was added. */
export const ADDED_CHECK_INTERVAL = 60_000

/**
 * Pins that the peer changes of itself at the same time, those of a peer that leaves and those that have expired: many of
 * them make one change.
 */
export const CHANGES_AT_ONCE = 64
