/** Values of `ipfs_connector.ipfshttp` as the Go release v1.1.6 writes them; times in milliseconds. */
export const IPFS_HTTP_DEFAULTS = {
  nodeMultiaddress: '/ip4/127.0.0.1/tcp/5001',
  connectSwarmsDelay: 30_000,
  ipfsRequestTimeout: 5 * 60_000,
  pinTimeout: 2 * 60_000,
  unpinTimeout: 3 * 60 * 60_000,
  repogcTimeout: 24 * 60 * 60_000,
  informerTriggerInterval: 0,
  unpinDisable: false
} as const

/** Origins of a pin that the node is asked to connect to before pinning. */
export const MAX_ORIGINS = 10

/** How long the identity of the node is taken as known, so that a listing of a million statuses asks once. */
export const ID_TTL = 1000

/** Waits between attempts to reach a node that does not answer yet. */
export const READY_BACKOFF = { initial: 100, max: 1000, jitter: 0 } as const

/** Attempts after which somebody is told, again and again, that the node is still not there. */
export const READY_ATTEMPTS_PER_WARNING = 10

/** `swarm/connect` calls, and `block/put` calls, under way at once. */
export const PARALLEL_CALLS = 8

/** How often a node is looked at that pins without saying how far it is, when `pin_timeout` does not say. */
export const ALIVE_CHECK_INTERVAL = 60_000
