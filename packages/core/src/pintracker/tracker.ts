import type { PeerId, Pin, PinDetail, PinInfo, StatusFilter, TrackerStatus } from '@ipfs-cluster/api'
import { cidToText, ClusterError, matchesFilter, Time, TrackerStatusBits } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Datastore } from '../datastore/interface.ts'
import type { IpfsConnector, IpfsPinStatus } from '../ipfs/interface.ts'
import type { PinState } from '../state/interface.ts'
import { messageOf } from '../util/errors.ts'
import type { EventBus } from '../util/event-bus.ts'
import type { ComponentLogger, Logger } from '../util/logger.ts'
import { withTimeout } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { CidKey } from './cid-key.ts'
import { cidOfKey, keyOfCid } from './cid-key.ts'
import { CidSet } from './cid-set.ts'
import type { PinTrackerInit } from './defaults.ts'
import { ASK_TIMEOUT, limitsOf } from './defaults.ts'
import { operationDetail, restDetail } from './explain.ts'
import { FailureLedger } from './failure-ledger.ts'
import type { PinTracker, RecoverAllOptions, StatusCounts } from './interface.ts'
import type { Operation, OperationKind } from './operation.ts'
import { FULL_QUEUE } from './operation.ts'
import type { PinTrackerEvents } from './operation-runner.ts'
import { OperationRunner } from './operation-runner.ts'
import { isRemotePin } from './placement.ts'
import { RestCounts } from './rest-counts.ts'
import type { Answerer } from './status.ts'
import { heldInfo, operationInfo, pinInfo, unpinnedInfo } from './status.ts'

/** What the tracker needs from the rest of the peer. */
export interface PinTrackerComponents {
  logger: ComponentLogger
  peerId: PeerId
  peername: string
  state: PinState
  ipfs: Pick<IpfsConnector, 'pin' | 'unpin' | 'pinStatus' | 'pins' | 'ready'>
  /** The IPFS node of this peer as last seen; its id is empty before. */
  ipfsIdentity(): { id: PeerId; addresses: string[] }
  /** Where changes are told of. */
  events?: Pick<EventBus<PinTrackerEvents>, 'emit' | 'hasListeners'>
  /** Where failures are kept over a restart; absent: nowhere. */
  datastore?: Datastore
}

/** Statuses that follow from what the IPFS node holds, so that it has to be asked for all of its pins. */
const HELD = TrackerStatusBits.pinned | TrackerStatusBits.unexpectedly_unpinned
/** Statuses that items of the pinset can have without an operation. */
const AT_REST = HELD | TrackerStatusBits.sharded | TrackerStatusBits.remote

/**
 * The tracker keeps nothing but operations: what has none is found out by comparing the pinset with the pins of the
 * IPFS node. A pin that is acknowledged and then lost by a crash shows in that comparison, and recover takes it up.
 */
export class StatelessTracker implements PinTracker {
  readonly #components: PinTrackerComponents
  readonly #runner: OperationRunner
  readonly #log: Logger
  /** Pins that the IPFS node holds, one set for each listing that is under way. */
  readonly #listings = new Set<CidSet>()
  readonly #rest = new RestCounts()

  constructor(components: PinTrackerComponents, init: PinTrackerInit = {}) {
    const { logger, state, ipfs, events, datastore } = components
    this.#components = components
    this.#log = logger.forComponent('pintracker')
    const log = this.#log
    const onPinned = (key: CidKey): void => {
      for (const held of this.#listings) held.add(cidOfKey(key), JUST_PINNED)
    }
    const ledger = datastore && new FailureLedger(datastore, log)
    this.#runner = new OperationRunner({ log, state, ipfs, events, ledger, onPinned }, limitsOf(init))
  }

  async start(options?: AbortOptions): Promise<void> {
    await this.#runner.start(options)
  }

  async stop(): Promise<void> {
    this.#log.info('stopping pin tracker')
    await this.#runner.stop()
  }

  track(pin: Pin): void {
    // The parts of a sharded item are pinned on their own, the item itself never is.
    const isSharded = pin.type === 'meta-pin'
    const kind = isRemotePin(pin, this.#components.peerId) ? 'remote' : 'pin'
    if (isSharded || kind === 'remote') this.#rest.changed()
    if (isSharded) return
    this.#runner.request(kind, pin.cid, pin.timestamp.seconds)
  }

  untrack(cid: CID): void {
    this.#rest.changed()
    this.#runner.request('unpin', cid, 0)
  }

  queueSize(): number {
    return this.#runner.operations.queuedPins
  }

  async explain(cid: CID, options: AbortOptions = {}): Promise<PinDetail> {
    const { status, error, detail } = await this.status(cid, options)
    return detail ?? restDetail(status, error)
  }

  async counts(options: AbortOptions = {}): Promise<StatusCounts> {
    if (this.#rest.isOutdated(Time.now())) await this.#compare(options)
    const { counts, outage } = this.#runner.operations
    return this.#rest.with(await this.#components.state.count(), counts, outage !== undefined)
  }

  async status(cid: CID, options: AbortOptions = {}): Promise<PinInfo> {
    let pin: Pin | undefined
    try {
      pin = await this.#components.state.get(cid, options)
      const known = this.#operationInfo(cid, pin, true)
      if (known !== undefined) return known
      if (pin === undefined) return unpinnedInfo(cid, this.#answerer(), Time.now())
      const info = this.#infoWithoutIpfs(pin)
      if (info !== undefined) return info
      const held = await this.#components.ipfs.pinStatus(pin, options)
      // A new pin is in the pinset a moment before there is an operation for it.
      return this.#operationInfo(cid, pin, true) ?? heldInfo(pin, this.#answerer(), held)
    } catch (err) {
      options.signal?.throwIfAborted()
      const info = pin === undefined ? unpinnedInfo(cid, this.#answerer(), Time.now()) : this.#info(pin, 'undefined')
      return { ...info, status: 'cluster_error', error: messageOf(err) }
    }
  }

  async *statusAll(filter: StatusFilter, options: AbortOptions = {}): AsyncIterable<PinInfo> {
    if (matchesFilter('cluster_error', filter) && filter !== 0 && (filter & HELD) === 0) await this.#probeIpfs(options)
    if (filter !== 0 && (filter & AT_REST) === 0) {
      yield* this.#operationInfos((operation) => matchesFilter(this.#statusOf(operation), filter), options)
      return
    }
    yield* this.#pinsetInfos(filter, options)
    // An unpin that runs is no news to somebody who lists the pinset; one that failed is.
    const shown = filter === 0 ? TrackerStatusBits.unpin_error : filter
    for await (const info of this.#operationInfos(
      (operation) => operation.kind === 'unpin' && matchesFilter(this.#statusOf(operation), shown),
      options
    )) {
      if (!(await this.#components.state.has(info.cid, options))) yield info
    }
  }

  async recover(cid: CID, options: AbortOptions = {}): Promise<PinInfo> {
    await this.#askIfAway(cid, options)
    const info = await this.status(cid, options)
    return (await this.#recover(info, options)) ?? info
  }

  async *recoverAll(options: RecoverAllOptions = {}): AsyncIterable<PinInfo> {
    const { isAutomatic = false } = options
    const { operations } = this.#runner
    const [first] = operations.values()
    if (!isAutomatic && first !== undefined) await this.#askIfAway(cidOfKey(first.key), options)
    const failed = (operation: Operation): boolean => !isAutomatic && operations.view(operation).error !== ''
    for await (const info of this.#operationInfos(failed, options)) {
      const recovered = await this.#recoverOne(info, options)
      if (recovered !== undefined && info.status !== 'remote') yield recovered
    }
    for await (const info of this.#pinsNotHeld(options)) {
      const recovered = await this.#recoverOne(info, options)
      if (recovered !== undefined) yield recovered
    }
  }

  /** Who asks for a recover may know that the IPFS node is back before it has been seen to be. */
  async #askIfAway(cid: CID, options: AbortOptions): Promise<void> {
    if (this.#runner.operations.outage === undefined) return
    try {
      const signal = withTimeout(ASK_TIMEOUT, options.signal)
      await this.#components.ipfs.pinStatus({ cid, maxDepth: -1 }, { signal })
      this.#runner.step({ type: 'answering' })
    } catch (err) {
      options.signal?.throwIfAborted()
      this.#log.debug(messageOf(err))
    }
  }

  /** What should be here and is not; nothing while the IPFS node cannot be asked. */
  async *#pinsNotHeld(options: AbortOptions): AsyncIterable<PinInfo> {
    try {
      yield* this.#pinsetInfos(TrackerStatusBits.unexpectedly_unpinned, options)
    } catch (err) {
      options.signal?.throwIfAborted()
      this.#log.error(messageOf(err))
    }
  }

  async #recoverOne(info: PinInfo, options: AbortOptions): Promise<PinInfo | undefined> {
    try {
      return await this.#recover(info, options)
    } catch (err) {
      options.signal?.throwIfAborted()
      throw new ClusterError('ERR_PIN_QUEUE_FULL', `RecoverAll error: ${messageOf(err)}`, { cause: err })
    }
  }

  /** @returns the state after, undefined when there was nothing to recover */
  async #recover(info: PinInfo, options: AbortOptions): Promise<PinInfo | undefined> {
    const { cid, status } = info
    if (status === 'pin_error' || status === 'unexpectedly_unpinned') {
      const pin = await this.#components.state.get(cid, options)
      if (pin !== undefined) this.#retry('pin', cid, pin.timestamp.seconds)
      if (status === 'unexpectedly_unpinned') this.#rest.foundAgain()
    } else if (status === 'unpin_error' || (status === 'remote' && info.error !== '')) {
      this.#retry(status === 'remote' ? 'remote' : 'unpin', cid, 0)
    } else {
      return undefined
    }
    return this.status(cid, options)
  }

  #retry(kind: OperationKind, cid: CID, pinnedAt: number): void {
    this.#log.info(`Restarting ${kind === 'pin' ? 'pin' : 'unpin'} operation for ${cidToText(cid)}`)
    if (!this.#runner.request(kind, cid, pinnedAt)) throw new ClusterError('ERR_PIN_QUEUE_FULL', FULL_QUEUE)
  }

  /** The items of the pinset that match, with their operations. */
  async *#pinsetInfos(filter: StatusFilter, options: AbortOptions): AsyncIterable<PinInfo> {
    const held = new CidSet()
    const asksIpfs = filter === 0 || (filter & HELD) !== 0
    const tally = this.#rest.newTally()
    this.#listings.add(held)
    try {
      if (asksIpfs) await this.#addHeldPins(held, options)
      for await (const pin of this.#components.state.list(options)) {
        const operation = this.#operationInfo(pin.cid, pin)
        const info = operation ?? this.#infoWithoutIpfs(pin) ?? this.#heldInfo(pin, held)
        if (operation === undefined || info.status === 'remote') tally.add(info.status)
        if (matchesFilter(info.status, filter)) yield info
      }
      if (asksIpfs) tally.done()
    } finally {
      tally.end()
      this.#listings.delete(held)
    }
  }

  /** Operations by their keys of this moment, each read when its turn comes. */
  async *#operationInfos(wanted: (operation: Operation) => boolean, options: AbortOptions): AsyncIterable<PinInfo> {
    const keys: CidKey[] = []
    const { operations } = this.#runner
    for (const operation of operations.values()) if (wanted(operation)) keys.push(operation.key)
    for (const key of keys) {
      const cid = cidOfKey(key)
      const pin = await this.#components.state.get(cid, options)
      const operation = operations.get(key)
      if (operation !== undefined && wanted(operation)) yield this.#infoOf(operation, cid, pin)
    }
  }

  /** For the counts: what cannot be compared while the IPFS node is away stays unknown. */
  async #compare(options: AbortOptions): Promise<void> {
    try {
      for await (const _info of this.#pinsetInfos(HELD, options)) options.signal?.throwIfAborted()
    } catch (err) {
      options.signal?.throwIfAborted()
      this.#log.debug(messageOf(err))
    }
  }

  async #addHeldPins(held: CidSet, options: AbortOptions): Promise<void> {
    try {
      for await (const pin of this.#components.ipfs.pins(['recursive', 'direct'], options)) {
        held.add(pin.cid, Math.max(0, HELD_AS.indexOf(pin.status)))
      }
    } catch (err) {
      options.signal?.throwIfAborted()
      throw ipfsPinsetError(err)
    }
  }

  /** @throws ClusterError when the IPFS node cannot say what it has pinned: all that is held there is in doubt then */
  async #probeIpfs(options: AbortOptions): Promise<void> {
    try {
      for await (const _pin of this.#components.ipfs.pins(['recursive'], options)) return
    } catch (err) {
      options.signal?.throwIfAborted()
      throw ipfsPinsetError(err)
    }
  }

  /** State of an item that does not depend on the IPFS node of this peer. */
  #infoWithoutIpfs(pin: Pin): PinInfo | undefined {
    if (pin.type === 'meta-pin') return this.#info(pin, 'sharded')
    return isRemotePin(pin, this.#components.peerId) ? this.#info(pin, 'remote') : undefined
  }

  #heldInfo(pin: Pin, held: CidSet): PinInfo {
    const value = held.get(pin.cid)
    if (value === JUST_PINNED) return this.#info(pin, 'pinned')
    return heldInfo(pin, this.#answerer(), HELD_AS[value] ?? 'unpinned')
  }

  /** State of a CID with an operation; undefined when it has none. */
  #operationInfo(cid: CID, pin: Pin | undefined, withPlace: boolean = false): PinInfo | undefined {
    const operation = this.#runner.operations.get(keyOfCid(cid))
    return operation && this.#infoOf(operation, cid, pin, withPlace)
  }

  /** @param withPlace - look up its place in the queue, which takes a walk along it: for one, not for all */
  #infoOf(operation: Operation, cid: CID, pin: Pin | undefined, withPlace: boolean = false): PinInfo {
    const { operations } = this.#runner
    const { pin: pins, unpin, remote } = operations.counts
    const detail = operationDetail(operation, {
      outage: operations.outage,
      place: withPlace ? operations.placeOf(operation) : 0,
      waiting: operation.kind === 'pin' ? pins.queued : unpin.queued + remote.queued,
      retryIn: Math.max(0, operation.retryAt - performance.now()),
      now: Time.now()
    })
    return { ...operationInfo(cid, pin, this.#answerer(), operation, operations.view(operation)), detail }
  }

  #statusOf(operation: Operation): TrackerStatus {
    return this.#runner.operations.view(operation).status
  }

  #info(pin: Pin, status: TrackerStatus): PinInfo {
    return pinInfo(pin, this.#answerer(), status)
  }

  #answerer(): Answerer {
    const { peerId, peername } = this.#components
    const { id, addresses } = this.#components.ipfsIdentity()
    return { peerId, peername, ipfsPeerId: id, ipfsPeerAddresses: addresses }
  }
}

/** How the IPFS node holds a pin, as the value that a CidSet keeps. */
const HELD_AS: readonly IpfsPinStatus[] = ['unpinned', 'direct', 'recursive']
/** The same for a pin that was made after the IPFS node had listed its pins. */
const JUST_PINNED = 3

function ipfsPinsetError(cause: unknown): ClusterError {
  return new ClusterError('ERR_IPFS_UNAVAILABLE', `could not get pinset from IPFS: ${messageOf(cause)}`, { cause })
}
