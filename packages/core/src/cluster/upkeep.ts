import type { PeerId, Pin } from '@ipfs-cluster/api'
import { cidToText, Time } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Consensus } from '../consensus/interface.ts'
import type { PinTracker } from '../pintracker/index.ts'
import { closestPeer } from '../repair/index.ts'
import type { Repair } from '../repair/index.ts'
import { messageOf } from '../util/errors.ts'
import type { EventBus } from '../util/event-bus.ts'
import type { Logger } from '../util/logger.ts'
import { paced } from '../util/paced.ts'
import { Pool } from '../util/pool.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import type { AbortOptions } from '../util/startable.ts'
import { startAll, stopAll } from '../util/startable.ts'
import type { ClusterInit } from './defaults.ts'
import {
  DEFAULT_PEER_WATCH_INTERVAL,
  DEFAULT_PIN_RECOVER_INTERVAL,
  DEFAULT_STATE_SYNC_INTERVAL,
  VACATED_AT_ONCE
} from './defaults.ts'
import type { ClusterEvents } from './events.ts'
import { Expiry } from './expiry.ts'
import { isExpired } from './pin-checks.ts'
import type { Pinning } from './pinning.ts'

/** What is looked after. */
export interface UpkeepComponents {
  log: Logger
  peerId: PeerId
  consensus: Pick<Consensus, 'state' | 'peers' | 'isTrusted'>
  tracker: Pick<PinTracker, 'recoverAll'>
  pinning: Pick<Pinning, 'unpin' | 'put'>
  events: EventBus<ClusterEvents>
  repair: Pick<Repair, 'start' | 'stop' | 'walk' | 'note'>
}

/**
 * What a peer does on its own once it is ready: unpin what has expired, see to the copies of the pins, pin what is
 * missing. The pinset is walked over once for all of it.
 */
export class Upkeep {
  readonly #components: UpkeepComponents
  readonly #init: ClusterInit
  readonly #tasks: RepeatingTask[]
  readonly #walker: RepeatingTask | undefined
  readonly #expiry: Expiry
  #unsubscribe: (() => void) | undefined
  #isRemoved = false
  /** Whether somebody has asked for a walk since the last one began. */
  #mustWalk = false

  constructor(components: UpkeepComponents, init: ClusterInit) {
    this.#components = components
    this.#init = init
    const task = (interval: number, run: (signal: AbortSignal) => Promise<void>): RepeatingTask =>
      new RepeatingTask({ interval, run, onError: (err) => components.log.error(messageOf(err)) })
    this.#expiry = new Expiry({ expire: (cid) => this.#expire(cid), walk: () => this.walk() })
    this.#tasks = [task(init.pinRecoverInterval ?? DEFAULT_PIN_RECOVER_INTERVAL, (signal) => this.#recover(signal))]
    const watchInterval = init.peerWatchInterval ?? DEFAULT_PEER_WATCH_INTERVAL
    this.#tasks.push(task(watchInterval, (signal) => this.#watchMembership(signal)))
    // A follower changes nothing.
    if (init.followerMode === true) return
    this.#walker = task(init.stateSyncInterval ?? DEFAULT_STATE_SYNC_INTERVAL, (signal) => this.#syncState(signal))
    this.#tasks.push(this.#walker)
  }

  start(): void {
    void startAll(this.#tasks)
    if (this.#init.followerMode === true) return
    this.#unsubscribe ??= this.#components.events.on('pin:put', ({ pin }) => {
      this.#expiry.note(pin)
      this.#components.repair.note(pin)
    })
    this.#expiry.start()
    void this.#components.repair.start()
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    await stopAll([this.#components.repair, this.#expiry, ...this.#tasks])
  }

  /** Walks over the pinset soon, besides the usual times. */
  walk(): void {
    this.#mustWalk = true
    this.#walker?.runNow()
  }

  /** Gives the pins of a peer that leaves to others, as far as they would have too few copies. */
  async vacate(peer: PeerId, options: AbortOptions = {}): Promise<void> {
    const { log, consensus, pinning } = this.#components
    if (this.#init.disableRepinning ?? true) {
      log.warn(`repinning is disabled. Will not re-allocate cids from ${peer}`)
      return
    }
    log.info(`re-allocating all CIDs directly associated to ${peer}`)
    const move = async (pin: Pin): Promise<void> => {
      try {
        await pinning.put({ ...pin, allocations: [] }, { ...options, exclude: [peer] })
        log.info(`repinned ${cidToText(pin.cid)} out of ${peer}`)
      } catch (err) {
        if (options.signal?.aborted !== true) log.error(`repinning ${cidToText(pin.cid)}: ${messageOf(err)}`)
      }
    }
    const pool = new Pool(VACATED_AT_ONCE)
    try {
      for await (const pin of consensus.state.list(options)) {
        if (pin.allocations?.includes(peer) === true) await pool.add(() => move(pin), options)
      }
    } finally {
      await pool.idle()
    }
    options.signal?.throwIfAborted()
  }

  async #watchMembership(signal: AbortSignal): Promise<void> {
    const { log, peerId, consensus, events } = this.#components
    if (this.#isRemoved || (await consensus.peers({ signal })).includes(peerId)) return
    this.#isRemoved = true
    log.info('peer no longer in peerset. Initiating shutdown')
    events.emit('removed', { peerId })
  }

  async #recover(signal: AbortSignal): Promise<void> {
    for await (const _info of this.#components.tracker.recoverAll({ signal, isAutomatic: true })) {
      signal.throwIfAborted()
    }
  }

  async #syncState(signal: AbortSignal): Promise<void> {
    do {
      this.#mustWalk = false
      await this.#components.repair.walk(this.#pins(signal), { signal })
    } while (this.#mustWalk)
  }

  /** The pins that stay: those that have expired are unpinned on the way. */
  async *#pins(signal: AbortSignal): AsyncGenerator<Pin, void, undefined> {
    const isOurs = await this.#isOurs({ signal })
    const now = Time.now()
    for await (const pin of paced(this.#components.consensus.state.list({ signal }), { signal })) {
      if (!isExpired(pin, now)) {
        this.#expiry.note(pin)
        yield pin
      } else if (isOurs(pin.cid)) {
        await this.#unpin(pin, { signal })
      }
    }
  }

  /** Of the peers that trust each other, one unpins each pin that has expired. */
  async #isOurs(options: AbortOptions = {}): Promise<(cid: CID) => boolean> {
    const { peerId, consensus } = this.#components
    const peers = await consensus.peers(options)
    return closestPeer(
      peerId,
      peers.filter((peer) => peer !== peerId && consensus.isTrusted(peer))
    )
  }

  async #expire(cid: CID): Promise<void> {
    const { log, consensus } = this.#components
    try {
      const pin = await consensus.state.get(cid)
      // It may have been unpinned, or given more time.
      if (pin === undefined || !isExpired(pin, Time.now())) return
      if ((await this.#isOurs())(cid)) await this.#unpin(pin, {})
    } catch (err) {
      log.error(`looking whether ${cidToText(cid)} has expired: ${messageOf(err)}`)
    }
  }

  async #unpin({ cid, expireAt }: Pin, options: AbortOptions): Promise<void> {
    const { log, pinning } = this.#components
    const text = cidToText(cid)
    log.info(`Unpinning ${text}: pin expired at ${expireAt.toString()}`)
    try {
      await pinning.unpin(cid, options)
    } catch (err) {
      options.signal?.throwIfAborted()
      log.error(`unpinning ${text}: ${messageOf(err)}`)
    }
  }
}
