import type { CID } from 'multiformats/cid'
import { blockIdOf } from '../../blocks/index.ts'
import type { BlockId } from '../../blocks/index.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { encodeBroadcast } from './broadcast.ts'
import { Greeter } from './greeter.ts'
import { MAX_SEEN_HEADS, REBROADCAST_JITTER, STOP_PATIENCE, UNHURRIED_INTERVAL } from './defaults.ts'
import type { Heads } from './heads.ts'
import type { Broadcaster } from './interface.ts'

/** What an {@link Announcer} needs. */
export interface AnnouncerInit {
  broadcaster: Broadcaster
  /** The heads at this moment. */
  heads(): Heads
  /** Milliseconds between rebroadcasts, before chance moves it by up to 30 %. */
  interval: number
  log: Logger
}

/**
 * Tells other replicas of our heads: of a new one at once, and now and then of those that nobody spoke of lately, so
 * that a replica that missed a message or came later catches up.
 */
export class Announcer {
  readonly #init: AnnouncerInit
  readonly #abort = new AbortController()
  readonly #greeter: Greeter
  /** Heads that were spoken of since the last rebroadcast, by us or others. */
  #seen = new Set<BlockId>()
  #latest: CID | undefined
  #publishing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #unhurried: NodeJS.Timeout | undefined
  #toldAt = -Infinity
  #ignoreSubscribers: (() => void) | undefined

  constructor(init: AnnouncerInit) {
    this.#init = init
    this.#greeter = new Greeter({ heads: () => init.heads().cids(), tell: (heads) => void this.#publish(heads) })
  }

  start(): void {
    this.#ignoreSubscribers = this.#init.broadcaster.onSubscriber?.(() => this.#greeter.newcomer())
    this.#schedule()
  }

  /** Lets a message that is being sent go out, but not for long. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#tell()
    this.#ignoreSubscribers?.()
    this.#greeter.stop()
    const impatience = setTimeout(() => this.#abort.abort(), STOP_PATIENCE)
    await this.#publishing
    clearTimeout(impatience)
    this.#abort.abort()
  }

  /**
   * A new head that all of our earlier ones are below of. Does not wait; one that is not sent yet is left out then.
   *
   * @param delay - milliseconds that it waits for others, when it is in no hurry; longer when there are many
   */
  announce(head: CID, delay = 0): void {
    this.#latest = head
    if (delay === 0) this.#tell()
    else this.#unhurried ??= setTimeout(() => this.#tell(), Math.max(delay, this.#restOfInterval())).unref()
  }

  /** Somebody spoke of these heads, which may be ours already or become it. */
  heard(heads: readonly CID[]): void {
    this.#greeter.heard(heads)
    for (const cid of heads) if (this.#seen.size < MAX_SEEN_HEADS) this.#seen.add(blockIdOf(cid))
  }

  /** Sends those heads that nobody spoke of since the last time. */
  rebroadcast(): void {
    const silent = this.#init
      .heads()
      .cids()
      .filter((cid) => !this.#seen.has(blockIdOf(cid)))
    this.#seen.clear()
    if (silent.length > 0) void this.#publish(silent)
  }

  #schedule(): void {
    const delay = this.#init.interval * (1 + REBROADCAST_JITTER * (2 * Math.random() - 1))
    this.#timer = setTimeout(() => {
      this.rebroadcast()
      this.#schedule()
    }, delay)
    this.#timer.unref()
  }

  #restOfInterval(): number {
    return this.#toldAt + UNHURRIED_INTERVAL - performance.now()
  }

  #tell(): void {
    clearTimeout(this.#unhurried)
    this.#unhurried = undefined
    this.#toldAt = performance.now()
    if (this.#latest !== undefined) this.#publishing ??= this.#publishLatest()
  }

  async #publishLatest(): Promise<void> {
    while (this.#latest !== undefined && !this.#abort.signal.aborted) {
      const head = this.#latest
      this.#latest = undefined
      await this.#publish([head])
    }
    this.#publishing = undefined
  }

  async #publish(heads: readonly CID[]): Promise<void> {
    this.heard(heads)
    try {
      await this.#init.broadcaster.publish(encodeBroadcast(heads), { signal: this.#abort.signal })
    } catch (err) {
      if (!this.#abort.signal.aborted) this.#init.log.warn(`could not tell other peers of our heads: ${messageOf(err)}`)
    }
  }
}
