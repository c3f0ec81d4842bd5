import type { Multiaddr } from '@ipfs-cluster/api'
import { VERSION } from '@ipfs-cluster/api'
import type { Watermarks } from './watermarks.ts'

/** Defaults of the Go release v1.1.6, in milliseconds. */
export const DEFAULT_LISTEN: readonly Multiaddr[] = ['/ip4/0.0.0.0/tcp/9096']
export const DEFAULT_WATERMARKS: Watermarks = { highWater: 400, lowWater: 100, gracePeriod: 120_000 }
export const DEFAULT_DIAL_TIMEOUT = 3000
export const DEFAULT_PUBSUB = {
  heartbeatInterval: 10_000,
  dFactor: 4,
  historyGossip: 2,
  historyLength: 6,
  floodPublish: false
}

/** Other peers see this as our program, and so do the people who run them. */
export const DEFAULT_AGENT_VERSION = `github.com/ipfs-cluster/ipfs-cluster@${VERSION}`

/** The DHT of private networks; peers of a cluster have no other (spec: wire 1.4). */
export const DHT_PROTOCOL = '/ipfs/lan/kad/1.0.0'

/** How long the other peers are asked for the addresses of one. */
export const LOOKUP_TIMEOUT = 10_000

/** Streams that a protocol may have open to one peer, in each direction: calls are many and short. */
export const MAX_STREAMS = 4096

/** Streams that a client of a host of its own may have open: each is one request. */
export const MAX_CLIENT_STREAMS = 512

/** Peers behind one address that come back together, after an outage, must all get in. */
export const CALLS_PER_SECOND_AND_HOST = 500
export const MAX_PENDING_CALLS = 500

/** Peers that are called first after a start, and how long each may take. */
export const BOOTSTRAP_COUNT = 3
export const BOOTSTRAP_TIMEOUT = 5000

/** Time between two attempts to have connections again, and between two that go to a peer of the configuration. */
export const REBOOTSTRAP_INTERVAL = 30_000
export const PRIORITY_INTERVAL = 300_000

/** How long the address of a peer that is not connected is worth something. */
export const ADDRESS_TTL = 3_600_000

/** How often the other side of a connection is asked for a sign of life, in milliseconds. Two in a row may be missed. */
export const KEEP_ALIVE_INTERVAL = 15_000

/** How often connections are counted, besides when a new one comes. */
export const TRIM_INTERVAL = 10_000

/** How long a caller may take to show that it knows the secret. It is the first thing that a peer sends. */
export const HELLO_TIMEOUT = 5000

/**
 * Incoming connections of one host that have not shown it yet. Peers that come back together do it within a round trip,
 * and whoever does not know the secret can have no more than these of the places for callers.
 */
export const MAX_HALF_OPEN_PER_HOST = 64

/** How long after a peer has described itself it is looked at whether it is one of this version. */
export const PROTOCOLS_PATIENCE = 5000

/** Lines a minute about who is in the network and should not be. */
export const MAX_COMPLAINTS = 20

/** Records of each kind that libp2p keeps: peers, and what they put into the DHT. More than a large cluster has. */
export const MAX_RECORDS = 10_000

/** Pubsub messages that are remembered so as not to be taken twice: those of half an hour, of a cluster of some hundred. */
export const MAX_SEEN_MESSAGES = 500_000
