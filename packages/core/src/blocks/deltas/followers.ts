import type { PeerId } from '@ipfs-cluster/api'
import { abortable } from '../../util/signals.ts'
import { MAX_FOLLOWERS, MAX_PUSHED, MAX_PUSHED_BYTES, TARGET_ANSWER_SIZE } from './defaults.ts'

/** What waits to be sent to one follower. */
interface Feed {
  readonly blocks: Uint8Array[]
  bytes: number
  filled: PromiseWithResolvers<void>
}

/**
 * The peers that are sent new blocks of this peer the moment they are made. Who takes them too slowly misses some: the
 * heads are told on the topic as well, so it learns what it lacks.
 */
export class Followers {
  readonly #feeds = new Map<PeerId, Feed>()

  get isFull(): boolean {
    return this.#feeds.size >= MAX_FOLLOWERS
  }

  /**
   * New blocks, the lowest first. Does not wait.
   *
   * @returns the followers that will get all of them, if their streams last
   */
  push(blocks: readonly Uint8Array[]): PeerId[] {
    const reached: PeerId[] = []
    for (const [peer, feed] of this.#feeds) {
      if (blocks.every((bytes) => fill(feed, bytes))) reached.push(peer)
      feed.filled.resolve()
    }
    return reached
  }

  /** What is to be sent to a peer, until the signal aborts. A peer that follows anew is served there only. */
  async *follow(peer: PeerId, signal: AbortSignal): AsyncGenerator<readonly Uint8Array[], void, undefined> {
    const feed: Feed = { blocks: [], bytes: 0, filled: Promise.withResolvers() }
    this.#feeds.get(peer)?.filled.reject(new Error('the peer follows on another stream'))
    this.#feeds.set(peer, feed)
    try {
      for (;;) {
        await abortable(feed.filled.promise, { signal })
        yield take(feed)
      }
    } finally {
      // Nobody may wait for it any more.
      feed.filled.promise.catch(() => {})
      if (this.#feeds.get(peer) === feed) this.#feeds.delete(peer)
    }
  }
}

function fill(feed: Feed, bytes: Uint8Array): boolean {
  if (feed.blocks.length >= MAX_PUSHED || feed.bytes + bytes.length > MAX_PUSHED_BYTES) return false
  feed.blocks.push(bytes)
  feed.bytes += bytes.length
  return true
}

/** As many blocks as one message holds. */
function take(feed: Feed): Uint8Array[] {
  let size = 0
  let count = 0
  for (const bytes of feed.blocks) {
    if (count > 0 && size + bytes.length > TARGET_ANSWER_SIZE) break
    size += bytes.length
    count++
  }
  feed.bytes -= size
  const taken = feed.blocks.splice(0, count)
  if (feed.blocks.length === 0) feed.filled = Promise.withResolvers()
  return taken
}
