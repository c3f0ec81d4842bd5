/** Version of Kubo whose RPC is spoken: clients look at it to learn what they may ask for. */
export const KUBO_VERSION = '0.40.0'
/** Version of Kubo's repo that clients are told of. */
export const REPO_VERSION = '18'
/** How the node calls itself to other nodes and to clients. */
export const AGENT_VERSION = 'ipfs-cluster-node/0.1.0'

/** Where the RPC listens: this machine only, as it gives full control. */
export const DEFAULT_API = '/ip4/127.0.0.1/tcp/5001'
export const DEFAULT_GATEWAY = '/ip4/127.0.0.1/tcp/8080'
export const DEFAULT_SWARM_LOOPBACK = ['/ip4/127.0.0.1/tcp/4001']
export const DEFAULT_SWARM_ONLINE = ['/ip4/0.0.0.0/tcp/4001', '/ip6/::/tcp/4001']

/** What the node says it may fill; Kubo's default. It is told to those who place content, and not enforced. */
export const DEFAULT_STORAGE_MAX = '10GB'

/** Size of a file of blocks. Small enough that rewriting one is quick, large enough that there are few. */
export const SEGMENT_SIZE = 64 << 20
/** Free space that the node leaves on the disk, so that its database can always be written. */
export const DISK_RESERVE = 64 << 20

/** Blocks above this size cannot be sent to other nodes. */
export const MAX_BLOCK_SIZE = 2 << 20
/** The gateway gives a block that must be fetched this long. */
export const GATEWAY_TIMEOUT_MS = 60_000
