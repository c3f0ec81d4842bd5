import type { PeerId } from '@ipfs-cluster/api'
import { MAX_SINGLE_BLOCKS, USELESS_PEER_PAUSE } from './defaults.ts'

/** A peer that is not asked now. */
interface Rest {
  readonly until: number
  /** Blocks that it has to give one by one before it is asked again. */
  left: number
  /** How many that were when it began. */
  readonly blocks: number
}

/**
 * Chooses whom to ask for a stretch. Who has failed is left alone for a while. Who had nothing may be taking in the same
 * blocks just now: it is asked again when it has given single blocks, the more of them the oftener it had nothing.
 * Times are given from outside, in milliseconds.
 */
export class Givers {
  readonly #resting = new Map<PeerId, Rest>()

  /** @returns the preferred peer if it may be asked, else the first that may */
  choose(peers: readonly PeerId[], preferred: PeerId, now: number): PeerId | undefined {
    for (const [peer, { until }] of this.#resting) if (until < now) this.#resting.delete(peer)
    const able = peers.filter((peer) => (this.#resting.get(peer)?.left ?? 0) === 0)
    return able.includes(preferred) ? preferred : able[0]
  }

  /** The peer broke its answer off, or made it up. */
  failed(peer: PeerId, now: number): void {
    this.#resting.set(peer, { until: now + USELESS_PEER_PAUSE, left: Infinity, blocks: MAX_SINGLE_BLOCKS })
  }

  /** The peer sent so many blocks of a stretch that were missing. */
  gaveStretch(peer: PeerId, received: number, now: number): void {
    const before = this.#resting.get(peer)?.blocks
    if (received === 0) {
      const blocks = before === undefined ? 1 : Math.min(2 * before, MAX_SINGLE_BLOCKS)
      this.#resting.set(peer, { until: now + USELESS_PEER_PAUSE, left: blocks, blocks })
    } else if (received > (before ?? 0)) this.#resting.delete(peer)
  }

  /** The peer gave a block for which everybody was asked. */
  gaveBlock(peer: PeerId): void {
    const rest = this.#resting.get(peer)
    if (rest !== undefined) rest.left = Math.max(0, rest.left - 1)
  }
}
