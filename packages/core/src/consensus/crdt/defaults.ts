/** Where the Go release keeps the consensus in the datastore. */
export const DEFAULT_NAMESPACE = '/c'

/** Stands for every peer in `trustedPeers`. */
export const EVERYBODY = '*'

/** Metric by which peers show that they are there. */
export const DEFAULT_PEERSET_METRIC = 'ping'

/** Milliseconds between rebroadcasts of heads that nobody spoke of. Shorter brings new peers up sooner. */
export const DEFAULT_REBROADCAST_INTERVAL = 60_000

/** Share of the interval by which rebroadcasts are moved at random, so that peers do not speak all at once. */
export const REBROADCAST_JITTER = 0.3

/** Milliseconds between looks whether something is missing below the heads. */
export const DEFAULT_REPAIR_INTERVAL = 3_600_000

/** Waiting changes with the `batching` option on; more have to wait for a commit. */
export const DEFAULT_MAX_QUEUE_SIZE = 50_000

/**
 * Largest delta in bytes of protobuf, unless a single change is larger. Go's replicas start a new block at the same
 * size; bitswap carries blocks of up to 2 MiB.
 */
export const MAX_DELTA_SIZE = 1024 * 1024

/** Bytes of changes that one commit takes together: what its writes may occupy in memory, several times over. */
export const MAX_GROUP_SIZE = MAX_DELTA_SIZE

/** Changes that wait for the commit under way; who brings more has to wait. */
export const MAX_WAITING_CHANGES = 10_000

/** Milliseconds to get a block from other peers before it counts as missing. */
export const FETCH_TIMEOUT = 120_000

/** Milliseconds to get a block when others wait for their turn. It is tried again when its head is told of again. */
export const CROWDED_FETCH_TIMEOUT = 10_000

/** Blocks that are asked for at the same time: what a walk may hold in memory, at up to 2 MiB each. */
export const MAX_FETCHES = 32

/** Blocks, and bytes of them, that a walk merges in one write when there are as many at hand. */
export const MAX_MERGED_BLOCKS = 256
export const MAX_MERGED_SIZE = MAX_DELTA_SIZE

/** Heads of other replicas that wait to be walked. Beyond, the oldest are forgotten: they come again by rebroadcast. */
export const MAX_WAITING_HEADS = 1024

/** Heads that are remembered between two rebroadcasts as spoken of. Beyond, some are sent though they need not be. */
export const MAX_SEEN_HEADS = 4096

/** Milliseconds between two lines about a walk that takes long, and changes from which on its end is told of. */
export const PROGRESS_INTERVAL = 5000
export const PROGRESS_WORTH_SAYING = 100

/** Damaged blocks that wait to be mended. More are found again by the next look. */
export const MAX_DAMAGED = 4096

/** Damaged blocks that are asked for at the same time, and milliseconds to get one. */
export const MAX_MENDED_AT_ONCE = 8
export const MEND_TIMEOUT = 10_000

/** Blocks that are held at the same time to see whether they are whole. */
export const CHECKED_AT_ONCE = 8

/** Milliseconds after the start until all blocks are looked at for the first time, unless the interval is shorter. */
export const FIRST_CHECK_DELAY = 30_000

/** Milliseconds that a peer which is stopping gives the last message about its heads. */
export const STOP_PATIENCE = 1000

/**
 * Milliseconds that the announcement of a new head may wait when everybody who listens nearby was sent the delta: it is
 * for those farther away, and is not to take time from the way of the delta.
 */
export const UNHURRIED_DELAY = 20

/** Milliseconds between two such announcements at least: each is signed, and checked by every peer twice over. */
export const UNHURRIED_INTERVAL = 200

/** Milliseconds after which a replica that begins to listen is told of our heads, before chance makes it up to three times that. */
export const GREETING_DELAY = 100

/** Milliseconds between two greetings at least, however many replicas begin to listen. */
export const GREETING_INTERVAL = 1500

/** How often a newcomer is told. */
export const GREETINGS = 2

/**
 * Links that a delta block may have: one for each head that there was. What a block links and we lack is kept in memory,
 * so a block of nothing but links to nowhere must not be taken. Clusters have as many heads as peers that write at once.
 */
export const MAX_LINKS = 4096

/**
 * Greatest height that is counted with. A peer that claims a greater one is taken to mean this, and what is built upon
 * it has the same: nobody could count on from there otherwise, and all later changes would be lost.
 */
export const MAX_HEIGHT = 2 ** 52

/** Lines a minute about what other peers send that cannot be used; any number of such things may come. */
export const MAX_COMPLAINTS = 20
