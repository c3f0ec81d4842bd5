import type { PeerId } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import { withTimeout } from '../util/signals.ts'
import type { Startable } from '../util/startable.ts'
import { UNREACHED_PRIORITY } from './address-book.ts'
import type { AddressBook } from './address-book.ts'
import { BOOTSTRAP_COUNT, BOOTSTRAP_TIMEOUT, PRIORITY_INTERVAL, REBOOTSTRAP_INTERVAL } from './defaults.ts'
import type { KnownPeer } from './peerstore-file.ts'

/** What a {@link Bootstrapper} needs. */
export interface BootstrapperInit {
  book: AddressBook
  log: Logger
  /** Connections that are enough. */
  lowWater: number
  /** Whether some peers are to be called now and then even if there are enough connections. */
  hasPriorityPeers: boolean
  connectionCount(): number
  isConnected(peer: PeerId): boolean
  dial(known: KnownPeer, options: { signal: AbortSignal }): Promise<void>
  onReached(peer: PeerId): void
}

/** How many connections there shall be. */
interface Goal {
  count: number
  /** Whether connections that there are do not count. */
  force: boolean
}

/** Calls the peers that are known: some at the start, and later until there are connections enough (spec: wire 9.1). */
export class Bootstrapper implements Startable {
  readonly #init: BootstrapperInit
  readonly #tasks: readonly RepeatingTask[]
  /** What was said last about a peer that cannot be reached: it is said once, not every half minute. */
  readonly #complaints = new Map<PeerId, string>()

  constructor(init: BootstrapperInit) {
    this.#init = init
    const onError = (err: unknown): void => init.log.error(`calling known peers: ${messageOf(err)}`)
    const { book, lowWater } = init
    let isFirst = true
    const usual = async (signal: AbortSignal): Promise<void> => {
      const peers = isFirst ? book.byPriority() : book.shuffled()
      const count = isFirst ? BOOTSTRAP_COUNT : lowWater
      isFirst = false
      await this.#callUntil({ count, force: false }, peers, signal)
    }
    const priority = (signal: AbortSignal): Promise<void> =>
      this.#callUntil({ count: 1, force: true }, book.byPriority(), signal)
    this.#tasks = [
      new RepeatingTask({ interval: REBOOTSTRAP_INTERVAL, run: usual, onError }),
      ...(init.hasPriorityPeers
        ? [new RepeatingTask({ interval: PRIORITY_INTERVAL, delay: PRIORITY_INTERVAL, run: priority, onError })]
        : [])
    ]
  }

  start(): void {
    for (const task of this.#tasks) task.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task.stop()))
  }

  async #callUntil({ count, force }: Goal, peers: readonly KnownPeer[], signal: AbortSignal): Promise<void> {
    let connections = force ? 0 : this.#init.connectionCount()
    for (const known of peers) {
      if (connections >= count) return
      signal.throwIfAborted()
      if (this.#init.isConnected(known.peer) ? force : await this.#call(known, signal)) connections++
    }
  }

  async #call(known: KnownPeer, signal: AbortSignal): Promise<boolean> {
    const { book, log } = this.#init
    try {
      await this.#init.dial(known, { signal: withTimeout(BOOTSTRAP_TIMEOUT, signal) })
    } catch (err) {
      if (signal.aborted) return false
      book.setPriority(known.peer, UNREACHED_PRIORITY)
      this.#complain(known.peer, err)
      return false
    }
    log.info(`connected to ${known.peer}`)
    this.#complaints.delete(known.peer)
    this.#init.onReached(known.peer)
    return true
  }

  #complain(peer: PeerId, err: unknown): void {
    const next = err instanceof Error && 'next' in err ? ` ${String(err.next)}` : ''
    const words = `${messageOf(err)}.${next}`
    if (this.#complaints.get(peer) === words) return
    this.#complaints.set(peer, words)
    this.#init.log.warn(words)
  }
}
