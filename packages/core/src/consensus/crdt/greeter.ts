import type { CID } from 'multiformats/cid'
import { blockIdOf } from '../../blocks/index.ts'
import type { BlockId } from '../../blocks/index.ts'
import { GREETING_DELAY, GREETING_INTERVAL, GREETINGS, MAX_SEEN_HEADS } from './defaults.ts'

/** What a {@link Greeter} needs. */
export interface GreeterInit {
  /** The heads at this moment. */
  heads(): readonly CID[]
  /** Tells everybody of some of them. Must not throw. */
  tell(heads: readonly CID[]): void
  /** From 0 to below 1. */
  random?: () => number
}

/**
 * Tells of our heads again when a replica has begun to listen: a Go peer does not ask, and would hear nothing before
 * the next rebroadcast, a minute or more later. Said twice, since a message may be too early for a stream that is still
 * being opened. Many newcomers are greeted together, and replicas wait a time left to chance: what another one said
 * meanwhile need not be said again.
 */
export class Greeter {
  readonly #init: GreeterInit
  readonly #random: () => number
  /** Heads that somebody spoke of since the last newcomer. */
  readonly #heard = new Set<BlockId>()
  #left = 0
  #last = -Infinity
  #due = Infinity
  #timer: NodeJS.Timeout | undefined

  constructor(init: GreeterInit) {
    this.#init = init
    this.#random = init.random ?? Math.random
  }

  /** Somebody has begun to listen. */
  newcomer(): void {
    this.#heard.clear()
    this.#left = GREETINGS
    this.#schedule(GREETING_DELAY * (1 + 2 * this.#random()))
  }

  /** Somebody, also ourselves, spoke of these heads to all. */
  heard(heads: readonly CID[]): void {
    if (this.#timer === undefined) return
    for (const cid of heads) if (this.#heard.size < MAX_SEEN_HEADS) this.#heard.add(blockIdOf(cid))
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#left = 0
  }

  #schedule(delay: number): void {
    const due = Math.max(performance.now() + delay, this.#last + GREETING_INTERVAL)
    if (this.#timer !== undefined && this.#due <= due) return
    clearTimeout(this.#timer)
    this.#due = due
    this.#timer = setTimeout(() => this.#greet(), due - performance.now()).unref()
  }

  #greet(): void {
    this.#timer = undefined
    this.#last = performance.now()
    const silent = this.#init.heads().filter((cid) => !this.#heard.has(blockIdOf(cid)))
    this.#heard.clear()
    if (silent.length > 0) this.#init.tell(silent)
    this.#left--
    if (this.#left > 0) this.#schedule(GREETING_INTERVAL * (1 + this.#random()))
  }
}
