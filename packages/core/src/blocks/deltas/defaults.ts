/** Our own protocol for stretches of the DAG of deltas. A change that old peers cannot read gets a new number. */
export const DELTAS_PROTOCOL = '/ipfscluster-ts/deltas/1.0.0'

/** Largest request, in bytes. */
export const MAX_REQUEST_SIZE = 64 * 1024

/** CIDs in a request, of either kind, and heads in an answer. Clusters have as many heads as peers that write at once. */
export const MAX_CIDS = 512

/** Largest message of an answer, in bytes. Blocks may have 2 MiB. */
export const MAX_ANSWER_SIZE = 4 * 1024 * 1024

/** Blocks are sent together up to this many bytes, unless one alone is larger. */
export const TARGET_ANSWER_SIZE = 64 * 1024

/** Streams that one peer may have open to us. It needs two or three. */
export const MAX_STREAMS_PER_PEER = 5

/** Requests that are worked at for all peers together. Others are told to ask somebody else. */
export const MAX_REQUESTS = 16

/** Peers that are sent new blocks as they are made. More hear of them on the topic. */
export const MAX_FOLLOWERS = 256

/** New blocks, and bytes of them, that wait for one follower, or on the other side for the replica. */
export const MAX_PUSHED = 256
export const MAX_PUSHED_BYTES = 2 * 1024 * 1024

/** Milliseconds after which a peer that stopped sending its new blocks is asked again for them. */
export const FOLLOW_PAUSE = 30_000

/** Milliseconds for a request to arrive, and for the other side to take or send the next part of an answer. */
export const STEP_TIMEOUT = 30_000

/** Bytes of blocks that are kept by a walk between finding them and sending them; others are read once more. */
export const MAX_KEPT_BYTES = 1024 * 1024

/** Blocks that a walk has found and not sent yet. It stops where the DAG is wider. */
export const MAX_FRONTIER = 8192

/**
 * Blocks known to the asker that a walk goes over to see what lies below them. Beyond, the asker is sent blocks that it
 * has, and ends the answer itself.
 */
export const MAX_KNOWN_STEPS = 16_384

/** Blocks and bytes that are held for a replica that has not asked for them yet. */
export const MAX_PREFETCHED = 4096
export const MAX_PREFETCHED_BYTES = 8 * 1024 * 1024

/** Names of blocks that are remembered to have come: more than can wait to be merged. */
export const MAX_RECEIVED = 4 * MAX_PREFETCHED

/** Milliseconds after which blocks that nobody asks for are dropped. */
export const PREFETCH_PATIENCE = 30_000

/** Milliseconds that the next part of a stretch may take until others are asked for blocks of it as well. */
export const STRETCH_PATIENCE = 2000

/** Milliseconds that a peer is not asked again after an answer without anything new in it. */
export const USELESS_PEER_PAUSE = 30_000

/** Single blocks of a peer after which it is asked all the same: as many as it has to give at most. */
export const MAX_SINGLE_BLOCKS = 64

/** Blocks that are asked for one by one at the same time, ahead of the replica, and milliseconds to get them. */
export const MAX_WANTS_AT_ONCE = 16
export const WANT_TIMEOUT = 10_000
