import type { PeerId } from '@ipfs-cluster/api'
import { cidToText, Time } from '@ipfs-cluster/api'
import type { Consensus } from '../consensus/interface.ts'
import type { PinTracker } from '../pintracker/index.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import type { AbortOptions } from '../util/startable.ts'
import { startAll, stopAll } from '../util/startable.ts'
import { closestPeer } from './closest-peer.ts'
import type { ClusterInit } from './defaults.ts'
import { DEFAULT_PIN_RECOVER_INTERVAL, DEFAULT_STATE_SYNC_INTERVAL } from './defaults.ts'
import { isExpired } from './pin-checks.ts'
import type { Pinning } from './pinning.ts'

/** What is looked after. */
export interface MaintenanceComponents {
  log: Logger
  peerId: PeerId
  consensus: Pick<Consensus, 'state' | 'peers' | 'isTrusted'>
  tracker: Pick<PinTracker, 'recoverAll'>
  pinning: Pick<Pinning, 'unpin' | 'put'>
}

/** What a peer does on its own once it is ready: unpin what has expired, pin what is missing. */
export class Maintenance {
  readonly #components: MaintenanceComponents
  readonly #init: ClusterInit
  readonly #tasks: RepeatingTask[]

  constructor(components: MaintenanceComponents, init: ClusterInit) {
    this.#components = components
    this.#init = init
    const task = (interval: number, run: (signal: AbortSignal) => Promise<void>): RepeatingTask =>
      new RepeatingTask({ interval, run, onError: (err) => components.log.error(messageOf(err)) })
    this.#tasks = [task(init.pinRecoverInterval ?? DEFAULT_PIN_RECOVER_INTERVAL, (signal) => this.#recover(signal))]
    // A follower changes nothing.
    if (init.followerMode === true) return
    this.#tasks.push(task(init.stateSyncInterval ?? DEFAULT_STATE_SYNC_INTERVAL, (signal) => this.#syncState(signal)))
  }

  start(): void {
    void startAll(this.#tasks)
  }

  async stop(): Promise<void> {
    await stopAll(this.#tasks)
  }

  /** Gives the pins of a peer that leaves to others, as far as they would have too few copies. */
  async vacate(peer: PeerId, options: AbortOptions = {}): Promise<void> {
    const { log, consensus, pinning } = this.#components
    if (this.#init.disableRepinning ?? true) {
      log.warn(`repinning is disabled. Will not re-allocate cids from ${peer}`)
      return
    }
    log.info(`re-allocating all CIDs directly associated to ${peer}`)
    for await (const pin of consensus.state.list(options)) {
      if (pin.allocations?.includes(peer) !== true) continue
      try {
        await pinning.put({ ...pin, allocations: [] }, { ...options, exclude: [peer] })
        log.info(`repinned ${cidToText(pin.cid)} out of ${peer}`)
      } catch (err) {
        options.signal?.throwIfAborted()
        log.error(`repinning ${cidToText(pin.cid)}: ${messageOf(err)}`)
      }
    }
  }

  async #recover(signal: AbortSignal): Promise<void> {
    for await (const _info of this.#components.tracker.recoverAll({ signal })) signal.throwIfAborted()
  }

  /** Of the peers that trust each other, one unpins each pin that has expired. */
  async #syncState(signal: AbortSignal): Promise<void> {
    const { log, peerId, consensus, pinning } = this.#components
    const others = (await consensus.peers({ signal })).filter((peer) => peer !== peerId && consensus.isTrusted(peer))
    const isOurs = closestPeer(peerId, others)
    const now = Time.now()
    for await (const pin of consensus.state.list({ signal })) {
      if (!isExpired(pin, now) || !isOurs(pin.cid)) continue
      const text = cidToText(pin.cid)
      log.info(`Unpinning ${text}: pin expired at ${pin.expireAt.toString()}`)
      try {
        await pinning.unpin(pin.cid, { signal })
      } catch (err) {
        signal.throwIfAborted()
        log.error(`unpinning ${text}: ${messageOf(err)}`)
      }
    }
  }
}
