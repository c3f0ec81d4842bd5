import type { PeerId, Pin, PinDetail, PinInfo, StatusFilter, TrackerStatus } from '@ipfs-cluster/api'
import {
  cidToText,
  ClusterError,
  compareText,
  decodeBase32,
  encodeBase32Upper,
  matchesFilter,
  peerIdToBytes,
  Time,
  TrackerStatusBits
} from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { decodePin, pinKey, pinKeyToCid, readPinDemand } from '../codec/index.ts'
import type { Datastore } from '../datastore/interface.ts'
import type { IpfsConnector } from '../ipfs/interface.ts'
import type { PinState, StoredPin } from '../state/interface.ts'
import { messageOf } from '../util/errors.ts'
import type { EventBus } from '../util/event-bus.ts'
import type { ComponentLogger, Logger } from '../util/logger.ts'
import { paced } from '../util/paced.ts'
import { withTimeout } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { CidKey } from './cid-key.ts'
import { bytesOfKey, cidOfKey, keyOfBytes, keyOfCid } from './cid-key.ts'
import type { PinTrackerInit } from './defaults.ts'
import { ASK_TIMEOUT, BRIEF_PART, limitsOf } from './defaults.ts'
import { operationDetail, restDetail } from './explain.ts'
import { FailureLedger } from './failure-ledger.ts'
import type { HeldSet } from './held-pins.ts'
import { HeldPins } from './held-pins.ts'
import type { ListPinsOptions, PinTracker, RecoverAllOptions, StatusCounts } from './interface.ts'
import type { Operation, OperationKind } from './operation.ts'
import { FULL_QUEUE } from './operation.ts'
import type { PinTrackerEvents } from './operation-runner.ts'
import { OperationRunner } from './operation-runner.ts'
import type { ListedPin, PinListing } from './listed-pin.ts'
import { infoOf, withOthers } from './listed-pin.ts'
import { isRemoteDemand, isRemotePin } from './placement.ts'
import { Refill } from './refill.ts'
import { RestCounts } from './rest-counts.ts'
import type { Answerer } from './status.ts'
import { HELD, heldInfo, listsPinset, operationInfo, pinInfo, unpinnedInfo } from './status.ts'

/** What the tracker needs from the rest of the peer. */
export interface PinTrackerComponents {
  logger: ComponentLogger
  peerId: PeerId
  peername: string
  state: PinState
  ipfs: Pick<IpfsConnector, 'pin' | 'unpin' | 'pinStatus' | 'heldPins' | 'ready'>
  /** The IPFS node of this peer as last seen; its id is empty before. */
  ipfsIdentity(): { id: PeerId; addresses: string[] }
  /** Where changes are told of. */
  events?: Pick<EventBus<PinTrackerEvents>, 'emit' | 'hasListeners'>
  /** Where failures are kept over a restart; absent: nowhere. */
  datastore?: Datastore
}

/**
 * The tracker keeps nothing but operations: what has none is found out by comparing the pinset with the pins of the
 * IPFS node. A pin that is acknowledged and then lost by a crash shows in that comparison, and recover takes it up.
 */
export class StatelessTracker implements PinTracker {
  readonly #components: PinTrackerComponents
  readonly #runner: OperationRunner
  readonly #refill: Refill
  readonly #log: Logger
  readonly #held: HeldPins
  readonly #rest = new RestCounts()
  readonly #peerBytes: Uint8Array

  constructor(components: PinTrackerComponents, init: PinTrackerInit = {}) {
    const { logger, state, ipfs, events, datastore } = components
    this.#components = components
    this.#peerBytes = peerIdToBytes(components.peerId)
    this.#log = logger.forComponent('pintracker')
    const log = this.#log
    this.#held = new HeldPins(ipfs)
    const onPinned = (key: CidKey): void => this.#held.made(key)
    const onForgotten = ({ error }: Operation): void => {
      this.#rest.changed()
      if (error === FULL_QUEUE) this.#refill.ask()
    }
    const onStep = (): void => this.#refill.look()
    const ledger = datastore && new FailureLedger(datastore, log)
    const hooks = { onPinned, onForgotten, onStep }
    this.#runner = new OperationRunner({ log, state, ipfs, events, ledger, ...hooks }, limitsOf(init))
    this.#refill = new Refill({
      log,
      operations: this.#runner.operations,
      state,
      held: this.#held,
      list: (stored, held) => this.#tryList(stored, held),
      take: (pin) => this.#takeUp(pin)
    })
  }

  async start(options?: AbortOptions): Promise<void> {
    this.#refill.start()
    await this.#runner.start(options)
  }

  async stop(): Promise<void> {
    this.#log.info('stopping pin tracker')
    await this.#refill.stop()
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
      const known = this.#operationInfo(cid, pin)
      if (known !== undefined) return known
      if (pin === undefined) return unpinnedInfo(cid, this.#answerer(), Time.now())
      const info = this.#infoWithoutIpfs(pin)
      if (info !== undefined) return info
      const held = await this.#components.ipfs.pinStatus(pin, options)
      // A new pin is in the pinset a moment before there is an operation for it.
      return this.#operationInfo(cid, pin) ?? heldInfo(pin, this.#answerer(), held)
    } catch (err) {
      options.signal?.throwIfAborted()
      const info = pin === undefined ? unpinnedInfo(cid, this.#answerer(), Time.now()) : this.#info(pin, 'undefined')
      return { ...info, status: 'cluster_error', error: messageOf(err) }
    }
  }

  async *statusAll(filter: StatusFilter, options: AbortOptions = {}): AsyncIterable<PinInfo> {
    for await (const { answerer, pins } of this.list(filter, options)) {
      for (const pin of pins) {
        const info = this.#tryDecode(answerer, pin)
        if (info !== undefined) yield info
      }
    }
  }

  async *list(
    filter: StatusFilter,
    { brief = false, ...options }: ListPinsOptions = {}
  ): AsyncGenerator<PinListing, void, undefined> {
    if (matchesFilter('cluster_error', filter) && filter !== 0 && (filter & HELD) === 0) await this.#held.probe(options)
    const matches = (operation: Operation): boolean => matchesFilter(this.#statusOf(operation), filter)
    if (!listsPinset(filter)) {
      const keys = this.#keysOf(matches)
      yield* brief ? this.#listBriefly(keys, matches, options) : this.#listOperations(keys, matches, options)
      return
    }
    // An unpin that runs is no news to somebody who lists the pinset; one that failed is.
    const shown = filter === 0 ? TrackerStatusBits.unpin_error : filter
    const isShown = (operation: Operation): boolean =>
      operation.kind === 'unpin' && matchesFilter(this.#statusOf(operation), shown)
    yield* withOthers(this.#listPinset(filter, options), this.#listLeft(isShown, options))
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
    for await (const info of paced(this.#operationInfos(failed, options), options)) {
      const recovered = await this.#recoverOne(info, options)
      if (recovered !== undefined && info.status !== 'remote') yield recovered
    }
    for await (const info of paced(this.#pinsNotHeld(options), options)) {
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
      for await (const { answerer, pins } of this.#listPinset(TrackerStatusBits.unexpectedly_unpinned, options)) {
        for (const pin of pins) yield infoOf(answerer, pin)
      }
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
      this.#refill.ask()
      throw new ClusterError('ERR_PIN_QUEUE_FULL', `RecoverAll error: ${messageOf(err)}`, { cause: err })
    }
  }

  /** @returns the state after; undefined when there was nothing to recover */
  async #recover({ cid, status, error }: PinInfo, options: AbortOptions): Promise<PinInfo | undefined> {
    if (status === 'pin_error' || status === 'unexpectedly_unpinned') {
      const pin = await this.#components.state.get(cid, options)
      if (status === 'unexpectedly_unpinned') this.#rest.foundAgain()
      if (pin === undefined) return unpinnedInfo(cid, this.#answerer(), Time.now())
      this.#retry('pin', cid, pin.timestamp.seconds)
      return this.#operationInfo(cid, pin)
    }
    if (status !== 'unpin_error' && (status !== 'remote' || error === '')) return undefined
    const pin = await this.#components.state.get(cid, options)
    this.#retry(status === 'remote' ? 'remote' : 'unpin', cid, 0)
    return this.#operationInfo(cid, pin)
  }

  #retry(kind: OperationKind, cid: CID, pinnedAt: number): void {
    this.#log.info(`Restarting ${kind === 'pin' ? 'pin' : 'unpin'} operation for ${cidToText(cid)}`)
    if (!this.#runner.request(kind, cid, pinnedAt)) throw new ClusterError('ERR_PIN_QUEUE_FULL', FULL_QUEUE)
  }

  #takeUp(pin: Pin): void {
    const operation = this.#runner.operations.get(keyOfCid(pin.cid))
    if (this.#infoWithoutIpfs(pin) !== undefined || (operation !== undefined && !isTurnedAway(operation))) return
    if (operation === undefined) this.#rest.foundAgain()
    this.#runner.request('pin', pin.cid, pin.timestamp.seconds)
  }

  /** The items of the pinset that match, with their operations. */
  async *#listPinset(filter: StatusFilter, options: AbortOptions): AsyncGenerator<PinListing, void, undefined> {
    const asksIpfs = filter === 0 || (filter & HELD) !== 0
    using held = this.#held.open()
    const tally = this.#rest.newTally()
    try {
      if (asksIpfs) await held.ask(options)
      for await (const batch of this.#components.state.listStored(options)) {
        const answerer = this.#answerer()
        const pins: ListedPin[] = []
        for (const stored of batch) {
          const pin = this.#tryList(stored, held)
          if (pin === undefined) continue
          const status = pin.value === undefined ? pin.info.status : pin.status
          if (pin.value !== undefined || status === 'remote') tally.add(status)
          if (matchesFilter(status, filter)) pins.push(pin)
        }
        if (pins.length > 0) yield { answerer, pins }
      }
      if (asksIpfs) tally.done()
    } finally {
      tally.end()
    }
  }

  /** One damaged pin must not hide all the others. */
  #tryList(stored: StoredPin, held: HeldSet): ListedPin | undefined {
    try {
      return this.#listed(stored, held)
    } catch (err) {
      this.#log.error(`skipped the unreadable pin under ${stored.key}: ${messageOf(err)}`)
      return undefined
    }
  }

  #tryDecode(answerer: Answerer, pin: ListedPin): PinInfo | undefined {
    try {
      return infoOf(answerer, pin)
    } catch (err) {
      this.#log.error(`skipped the unreadable pin under ${pin.key}: ${messageOf(err)}`)
      return undefined
    }
  }

  #listed({ key, value }: StoredPin, held: HeldSet): ListedPin {
    const bytes = decodeBase32(key)
    const { operations } = this.#runner
    const operation = operations.size === 0 ? undefined : operations.get(keyOfBytes(bytes))
    if (operation !== undefined) {
      const cid = pinKeyToCid(key)
      return { key, info: this.#infoOf(operation, cid, decodePin(value, cid)) }
    }
    const demand = readPinDemand(value)
    if (demand.type === 'meta-pin') return { key, value, status: 'sharded' }
    if (isRemoteDemand(demand, this.#peerBytes)) return { key, value, status: 'remote' }
    return { key, value, status: held.has(bytes, demand.maxDepth) ? 'pinned' : 'unexpectedly_unpinned' }
  }

  /** CIDs with an operation that are not in the pinset, in the order of their keys. */
  async *#listLeft(
    wanted: (operation: Operation) => boolean,
    options: AbortOptions
  ): AsyncGenerator<PinListing, void, undefined> {
    const sorted = this.#keysOf(wanted).map((key) => ({ key, text: encodeBase32Upper(bytesOfKey(key)) }))
    sorted.sort((a, b) => compareText(a.text, b.text))
    const keys = sorted.map(({ key }) => key)
    for await (const part of this.#listOperations(keys, wanted, options)) {
      const [pin] = part.pins
      if (pin?.value === undefined && pin && !(await this.#components.state.has(pin.info.cid, options))) yield part
    }
  }

  /** Operations by their keys of this moment. */
  #keysOf(wanted: (operation: Operation) => boolean): CidKey[] {
    const keys: CidKey[] = []
    for (const operation of this.#runner.operations.values()) if (wanted(operation)) keys.push(operation.key)
    return keys
  }

  async *#operationInfos(
    wanted: (operation: Operation) => boolean,
    options: AbortOptions
  ): AsyncGenerator<PinInfo, void, undefined> {
    for await (const { answerer, pins } of this.#listOperations(this.#keysOf(wanted), wanted, options)) {
      for (const pin of pins) yield infoOf(answerer, pin)
    }
  }

  /** Operations, each read when its turn comes. */
  async *#listOperations(
    keys: readonly CidKey[],
    wanted: (operation: Operation) => boolean,
    options: AbortOptions
  ): AsyncGenerator<PinListing, void, undefined> {
    const { operations } = this.#runner
    for (const key of keys) {
      const cid = cidOfKey(key)
      const pin = await this.#components.state.get(cid, options)
      const operation = operations.get(key)
      if (operation === undefined || !wanted(operation)) continue
      yield { answerer: this.#answerer(), pins: [{ key: pinKey(cid), info: this.#infoOf(operation, cid, pin) }] }
    }
  }

  /** The same by what is in memory alone. */
  async *#listBriefly(
    keys: readonly CidKey[],
    wanted: (operation: Operation) => boolean,
    { signal }: AbortOptions
  ): AsyncGenerator<PinListing, void, undefined> {
    const { operations } = this.#runner
    for (let start = 0; start < keys.length; start += BRIEF_PART) {
      signal?.throwIfAborted()
      const answerer = this.#answerer()
      const pins: ListedPin[] = []
      for (const key of keys.slice(start, start + BRIEF_PART)) {
        const operation = operations.get(key)
        if (operation === undefined || !wanted(operation)) continue
        const cid = cidOfKey(key)
        const info = operationInfo(cid, undefined, answerer, operation, operations.view(operation))
        pins.push({ key: pinKey(cid), info })
      }
      if (pins.length > 0) yield { answerer, pins }
      // Nothing here waits for anything else.
      await new Promise(setImmediate)
    }
  }

  /** For the counts: what cannot be compared while the IPFS node is away stays unknown. */
  async #compare(options: AbortOptions): Promise<void> {
    try {
      for await (const _ of this.#listPinset(HELD, options)) options.signal?.throwIfAborted()
    } catch (err) {
      options.signal?.throwIfAborted()
      this.#log.debug(messageOf(err))
    }
  }

  /** State of an item that does not depend on the IPFS node of this peer. */
  #infoWithoutIpfs(pin: Pin): PinInfo | undefined {
    if (pin.type === 'meta-pin') return this.#info(pin, 'sharded')
    return isRemotePin(pin, this.#components.peerId) ? this.#info(pin, 'remote') : undefined
  }

  /** State of a CID with an operation; undefined when it has none. */
  #operationInfo(cid: CID, pin: Pin | undefined): PinInfo | undefined {
    const operation = this.#runner.operations.get(keyOfCid(cid))
    return operation && this.#infoOf(operation, cid, pin)
  }

  #infoOf(operation: Operation, cid: CID, pin: Pin | undefined): PinInfo {
    const { operations } = this.#runner
    const { pin: pins, unpin, remote } = operations.counts
    const detail = operationDetail(operation, {
      outage: operations.outage,
      place: operations.placeOf(operation),
      waiting: operation.kind === 'pin' ? pins.queued : unpin.queued + remote.queued,
      retryIn: Math.max(0, operation.retryAt - performance.now()),
      now: Time.now()
    })
    return { ...operationInfo(cid, pin, this.#answerer(), operation, operations.view(operation)), detail }
  }

  #statusOf(operation: Operation): TrackerStatus {
    return this.#runner.operations.statusOf(operation)
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

/** Whether something failed only because the queue was full. */
function isTurnedAway({ kind, phase, error }: Operation): boolean {
  return kind === 'pin' && phase === 'error' && error === FULL_QUEUE
}
