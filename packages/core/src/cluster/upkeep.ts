import type { PeerId, Pin } from '@ipfs-cluster/api'
import { cidToText, Time } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Consensus } from '../consensus/interface.ts'
import type { PinTracker } from '../pintracker/index.ts'
import { closestPeer } from '../repair/index.ts'
import type { Repair } from '../repair/index.ts'
import { isExpired } from '../state/index.ts'
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
  CHANGES_AT_ONCE,
  DEFAULT_PEER_WATCH_INTERVAL,
  DEFAULT_PIN_RECOVER_INTERVAL,
  DEFAULT_STATE_SYNC_INTERVAL
} from './defaults.ts'
import type { ClusterEvents } from './events.ts'
import { Expiry } from './expiry.ts'
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
    const isListed = ({ allocations }: Pin): boolean => allocations?.includes(peer) === true
    const move = async (cid: CID): Promise<void> => {
      try {
        // A list shows the pinset as it was when it began: by now the pin may have been changed, or taken out.
        const pin = await consensus.state.get(cid, options)
        if (pin === undefined || !isListed(pin)) return
        await pinning.put({ ...pin, allocations: [] }, { ...options, exclude: [peer], replaces: pin })
        log.info(`repinned ${cidToText(cid)} out of ${peer}`)
      } catch (err) {
        if (options.signal?.aborted !== true) log.error(`repinning ${cidToText(cid)}: ${messageOf(err)}`)
      }
    }
    await using pool = new Pool(CHANGES_AT_ONCE)
    for await (const pin of consensus.state.list(options)) {
      if (isListed(pin)) await pool.add(() => move(pin.cid), options)
    }
    await pool.idle()
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
    await using pool = new Pool(CHANGES_AT_ONCE)
    for await (const pin of paced(this.#components.consensus.state.list({ signal }), { signal })) {
      if (!isExpired(pin, now)) {
        this.#expiry.note(pin)
        yield pin
      } else if (isOurs(pin.cid)) {
        await pool.add(() => this.#unpin(pin.cid, { signal }), { signal })
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
    try {
      if ((await this.#isOurs())(cid)) await this.#unpin(cid)
    } catch (err) {
      this.#components.log.error(`looking who unpins ${cidToText(cid)}: ${messageOf(err)}`)
    }
  }

  /** Unpins what had expired when somebody looked: meanwhile it may have been unpinned, or given more time. */
  async #unpin(cid: CID, options: AbortOptions = {}): Promise<void> {
    const { log, consensus, pinning } = this.#components
    const text = cidToText(cid)
    try {
      const pin = await consensus.state.get(cid, options)
      const now = Time.now()
      if (pin === undefined || !isExpired(pin, now)) return
      log.info(`Unpinning ${text}: pin expired at ${pin.expireAt.toString()}`)
      await pinning.unpin(cid, { ...options, expiredBy: now })
    } catch (err) {
      if (options.signal?.aborted !== true) log.error(`unpinning ${text}: ${messageOf(err)}`)
    }
  }
}
