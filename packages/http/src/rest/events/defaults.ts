/** Events that are kept for listeners who come back, and that a listener may be behind. */
export const DEFAULT_KEPT = 4096

/** Listeners at the same time. */
export const DEFAULT_MAX_LISTENERS = 1000

/** Milliseconds that events go on being kept when the last listener has gone. */
export const DEFAULT_KEEP_FOR = 5 * 60_000

/** Milliseconds between two looks for peers that have come or gone. */
export const PEER_WATCH_INTERVAL = 1000

/** Milliseconds without an event after which a line is sent, so that proxies and clients see that we are there. */
export const DEFAULT_KEEP_ALIVE = 15_000

/** Milliseconds after which a client is to come back when its connection breaks. */
export const RETRY = 2000

/** Characters that are sent together. */
export const MAX_CHUNK = 64 * 1024
