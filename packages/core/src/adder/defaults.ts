/** Size of a chunk when none is asked for; also the average of `rabin` without a size. */
export const DEFAULT_CHUNK_SIZE = 256 * 1024

/** Largest chunk: what a block of 2 MiB, the most that nodes exchange, holds besides its framing. */
export const MAX_CHUNK_SIZE = 2 * 1024 * 1024 - 256

/** Pieces of a chunk that are smaller than this, taken together, are copied into one: each has a cost of its own. */
export const MIN_PART_BYTES = 8 * 1024

/** A piece that is smaller than this is copied to those beside it as it comes. */
export const TINY_BYTES = 1024

/** Bytes that are reserved at once for tiny pieces. */
export const TINY_ROOM = 16 * 1024

/** A leaf up to this size is copied into one piece. */
export const SMALL_LEAF_BYTES = 16 * 1024

/** Children of an inner node of a file. With another number the CIDs are not those of other implementations. */
export const MAX_LINKS = 174

/** Subtrees of each depth in a node of the trickle layout. */
export const TRICKLE_REPEAT = 4

/** A folder whose names and CIDs have more bytes than this is stored as a HAMT. */
export const HAMT_THRESHOLD = 256 * 1024

/** Bytes of content between two reports of progress. */
export const PROGRESS_INTERVAL = 256 * 1024

/** Bytes of blocks that wait for a destination, at most, before the reading of content stops. */
export const QUEUE_BYTES = 1024 * 1024

/** Longest target of a symlink. */
export const MAX_SYMLINK_BYTES = 64 * 1024

/** Longest header of a CAR, which names its roots. */
export const MAX_CAR_HEADER_BYTES = 1024 * 1024

/** Roots of a CAR that are pinned together: there may be thousands, and together they are one write to the disk. */
export const ROOTS_AT_ONCE = 100

/** Longest section of a CAR, which is a CID and its block. The Go release has the same limit. */
export const MAX_CAR_SECTION_BYTES = 8 * 1024 * 1024

/** Links of a node that lists the blocks of a shard (spec: wire 3.3). */
export const MAX_SHARD_LINKS = 5984

/** Blocks of a shard, however small they are: the list of them is in memory while it is being filled. */
export const MAX_SHARD_BLOCKS = 16 * MAX_SHARD_LINKS

/** Shards of one item: what a block of 2 MiB, the most that nodes exchange, can list. */
export const MAX_SHARDS = 40_000

/** Milliseconds that nodes are made in one go, while nothing else in the process has its turn. */
export const MAX_TURN = 10
