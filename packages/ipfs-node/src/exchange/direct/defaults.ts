import { MAX_BLOCK_SIZE } from '../../defaults.ts'

/** Our own protocol for blocks. A change that old nodes would misunderstand gets a new number. */
export const BLOCKS_PROTOCOL = '/ipfscluster-ts/blocks/1.0.0'

/** Wants that an asker may have open on a stream. Who sends more breaks the rules. */
export const MAX_OPEN_WANTS = 256
/** Wants that we have open on a stream: enough to keep the way full, and a bound for what comes back at once. */
export const OPEN_WANTS = 64

/** Largest message with wants, in bytes. All open wants fit. */
export const MAX_REQUEST_SIZE = 64 * 1024
/** Largest message with an answer, in bytes: a block and its few bytes of fields. */
export const MAX_ANSWER_SIZE = MAX_BLOCK_SIZE + 64
/** Longest digest of a CID that is asked for; no hash function known here gives more. */
export const MAX_DIGEST_SIZE = 64

/** Answers go out together up to about this many bytes. */
export const TARGET_WRITE_SIZE = 64 * 1024
/** Unsent bytes at which the server waits for the other side to take some. */
export const MAX_UNSENT = 1024 * 1024
/** Bytes of blocks that the server reads ahead of what it sends, and the number of these blocks. */
export const READ_AHEAD_BYTES = 1024 * 1024
export const READ_AHEAD_BLOCKS = 32

/** Streams that are served at once, and those of one connection. With 2 MiB blocks one takes up to 4 MiB of memory. */
export const MAX_SERVED = 32
export const MAX_STREAMS_PER_CONNECTION = 4

/** Milliseconds for the next answer to come whole, and for an asker to take what it is sent. */
export const STEP_TIMEOUT = 30_000
/** Milliseconds after which an asker closes a stream that it does not need, and after which the server does. */
export const IDLE_CLOSE = 5_000
export const SERVER_IDLE_CLOSE = 60_000

/** Milliseconds in which a node that broke off or had no time is not asked, and one that sent rubbish. */
export const PAUSE_AFTER_BREAK = 5_000
export const PAUSE_AFTER_RUBBISH = 10 * 60_000
