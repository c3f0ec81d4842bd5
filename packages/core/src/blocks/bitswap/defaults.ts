/** Newest first. The Go release offers the same, and speaks 1.2.0 with whoever offers it. */
export const BITSWAP_PROTOCOLS = [
  '/ipfs/bitswap/1.2.0',
  '/ipfs/bitswap/1.1.0',
  '/ipfs/bitswap/1.0.0',
  '/ipfs/bitswap'
] as const

/** Largest message taken, in bytes: what Go peers take. */
export const MAX_MESSAGE_SIZE = 4 * 1024 * 1024

/** A message is sent when the blocks in it reach this many bytes, so it is larger by one block at most. */
export const TARGET_MESSAGE_SIZE = 256 * 1024

/** Wants, presences and blocks of one message that are looked at, and wants of a peer that wait for an answer. */
export const MAX_WANTS = 1024

/** Wants of a peer that are remembered in case their block comes later. Peers ask again, so it costs no more than time. */
export const MAX_UNMET_WANTS = 256

/** Blocks that are kept for a peer that asked for them before they came, until it has taken them. */
export const MAX_ARRIVED = 8

/** Longest CID that is taken, in bytes. One of a delta block has 36. */
export const MAX_CID_SIZE = 128

/** A block up to this size is sent to whoever only asks whether it is there, as Go peers do. */
export const INLINE_SIZE = 1024

/** Milliseconds for a message to be taken by the other side. */
export const SEND_TIMEOUT = 30_000

/** Milliseconds that the peer which gave the last block is asked alone. */
export const HEDGE_DELAY = 250

/** Milliseconds to wait for a block that a peer said it has, before another one is asked for it. */
export const BLOCK_PATIENCE = 2000

/** Milliseconds until everybody is asked again for a block that nobody has. */
export const ASK_AGAIN_DELAY = 10_000

/** Milliseconds between looks whether somebody else should be asked. */
export const TICK_INTERVAL = 100
