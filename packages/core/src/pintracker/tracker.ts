import type { PeerId, Pin, PinInfo, StatusFilter, TrackerStatus } from '@ipfs-cluster/api'
import { cidToText, ClusterError, matchesFilter, Time, TrackerStatusBits } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { IpfsConnector, IpfsPinStatus } from '../ipfs/interface.ts'
import type { PinState } from '../state/interface.ts'
import { messageOf } from '../util/errors.ts'
import type { EventBus } from '../util/event-bus.ts'
import type { ComponentLogger, Logger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { CidKey } from './cid-key.ts'
import { cidOfKey, keyOfCid } from './cid-key.ts'
import { CidSet } from './cid-set.ts'
import type { PinTrackerInit } from './defaults.ts'
import {
  CONCURRENT_UNPINS,
  DEFAULT_CONCURRENT_PINS,
  DEFAULT_MAX_PIN_QUEUE_SIZE,
  DEFAULT_PRIORITY_PIN_MAX_AGE,
  DEFAULT_PRIORITY_PIN_MAX_RETRIES
} from './defaults.ts'
import type { PinTracker } from './interface.ts'
import type { Operation, OperationEffect, OperationEvent, OperationKind } from './operations.ts'
import { FULL_QUEUE, Operations, statusOfOperation } from './operations.ts'
import { isRemotePin } from './placement.ts'
import type { Answerer } from './status.ts'
import { heldInfo, operationInfo, pinInfo, unpinnedInfo } from './status.ts'

/** A change of an operation, for those who watch. */
export interface StatusChange {
  cid: CID
  status: TrackerStatus
  /** Why it failed, else empty. */
  error: string
  /** How often the operation has been started. */
  attemptCount: number
}

/** What the tracker tells of. */
export interface PinTrackerEvents {
  'pin:status': StatusChange
}

/** What the tracker needs from the rest of the peer. */
export interface PinTrackerComponents {
  logger: ComponentLogger
  peerId: PeerId
  peername: string
  state: PinState
  ipfs: Pick<IpfsConnector, 'pin' | 'unpin' | 'pinStatus' | 'pins'>
  /** The IPFS node of this peer as last seen; its id is empty before. */
  ipfsIdentity(): { id: PeerId; addresses: string[] }
  /** Where changes are told of. */
  events?: Pick<EventBus<PinTrackerEvents>, 'emit' | 'hasListeners'>
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
  readonly #operations: Operations
  readonly #log: Logger
  /** Pins that the IPFS node holds, one set for each listing that is under way. */
  readonly #listings = new Set<CidSet>()
  readonly #calls = new Map<Operation, { abort: AbortController; done: Promise<void> }>()

  constructor(components: PinTrackerComponents, init: PinTrackerInit = {}) {
    this.#components = components
    this.#log = components.logger.forComponent('pintracker')
    this.#operations = new Operations({
      maxPinQueueSize: init.maxPinQueueSize ?? DEFAULT_MAX_PIN_QUEUE_SIZE,
      concurrentPins: init.concurrentPins ?? DEFAULT_CONCURRENT_PINS,
      concurrentUnpins: CONCURRENT_UNPINS,
      priorityPinMaxAge: (init.priorityPinMaxAge ?? DEFAULT_PRIORITY_PIN_MAX_AGE) / 1000,
      priorityPinMaxRetries: init.priorityPinMaxRetries ?? DEFAULT_PRIORITY_PIN_MAX_RETRIES
    })
  }

  start(): void {
    this.#step({ type: 'opened' })
  }

  async stop(): Promise<void> {
    this.#log.info('stopping pin tracker')
    this.#step({ type: 'closed' })
    const calls = [...this.#calls.values()]
    for (const call of calls) call.abort.abort()
    await Promise.all(calls.map((call) => call.done))
  }

  track(pin: Pin): void {
    // The parts of a sharded item are pinned on their own, the item itself never is.
    if (pin.type === 'meta-pin') return
    this.#request(isRemotePin(pin, this.#components.peerId) ? 'remote' : 'pin', pin.cid, pin.timestamp.seconds)
  }

  untrack(cid: CID): void {
    this.#request('unpin', cid, 0)
  }

  queueSize(): number {
    return this.#operations.queuedPins
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
    if (matchesFilter('cluster_error', filter) && filter !== 0 && (filter & HELD) === 0) await this.#probeIpfs(options)
    if (filter !== 0 && (filter & AT_REST) === 0) {
      yield* this.#operationInfos((operation) => matchesFilter(statusOfOperation(operation), filter), options)
      return
    }
    yield* this.#pinsetInfos(filter, options)
    // An unpin that runs is no news to somebody who lists the pinset; one that failed is.
    const shown = filter === 0 ? TrackerStatusBits.unpin_error : filter
    for await (const info of this.#operationInfos(
      (operation) => operation.kind === 'unpin' && matchesFilter(statusOfOperation(operation), shown),
      options
    )) {
      if (!(await this.#components.state.has(info.cid, options))) yield info
    }
  }

  async recover(cid: CID, options: AbortOptions = {}): Promise<PinInfo> {
    const info = await this.status(cid, options)
    return (await this.#recover(info, options)) ?? info
  }

  async *recoverAll(options: AbortOptions = {}): AsyncIterable<PinInfo> {
    const failed = (operation: Operation): boolean => operation.phase === 'error'
    for await (const info of this.#operationInfos(failed, options)) {
      const recovered = await this.#recoverOne(info, options)
      if (recovered !== undefined && info.status !== 'remote') yield recovered
    }
    for await (const info of this.#pinsNotHeld(options)) {
      const recovered = await this.#recoverOne(info, options)
      if (recovered !== undefined) yield recovered
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
    } else if (status === 'unpin_error' || (status === 'remote' && info.error !== '')) {
      this.#retry(status === 'remote' ? 'remote' : 'unpin', cid, 0)
    } else {
      return undefined
    }
    return this.status(cid, options)
  }

  #retry(kind: OperationKind, cid: CID, pinnedAt: number): void {
    this.#log.info(`Restarting ${kind === 'pin' ? 'pin' : 'unpin'} operation for ${cidToText(cid)}`)
    if (!this.#request(kind, cid, pinnedAt)) throw new ClusterError('ERR_PIN_QUEUE_FULL', FULL_QUEUE)
  }

  /** The items of the pinset that match, with their operations. */
  async *#pinsetInfos(filter: StatusFilter, options: AbortOptions): AsyncIterable<PinInfo> {
    const held = new CidSet()
    this.#listings.add(held)
    try {
      if (filter === 0 || (filter & HELD) !== 0) await this.#addHeldPins(held, options)
      for await (const pin of this.#components.state.list(options)) {
        const info = this.#operationInfo(pin.cid, pin) ?? this.#infoWithoutIpfs(pin) ?? this.#heldInfo(pin, held)
        if (matchesFilter(info.status, filter)) yield info
      }
    } finally {
      this.#listings.delete(held)
    }
  }

  /** Operations by their keys of this moment, each read when its turn comes. */
  async *#operationInfos(wanted: (operation: Operation) => boolean, options: AbortOptions): AsyncIterable<PinInfo> {
    const keys: CidKey[] = []
    for (const operation of this.#operations.values()) if (wanted(operation)) keys.push(operation.key)
    for (const key of keys) {
      const cid = cidOfKey(key)
      const pin = await this.#components.state.get(cid, options)
      const operation = this.#operations.get(key)
      if (operation !== undefined && wanted(operation)) yield operationInfo(cid, pin, this.#answerer(), operation)
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
  #operationInfo(cid: CID, pin: Pin | undefined): PinInfo | undefined {
    const operation = this.#operations.get(keyOfCid(cid))
    return operation && operationInfo(cid, pin, this.#answerer(), operation)
  }

  #info(pin: Pin, status: TrackerStatus): PinInfo {
    return pinInfo(pin, this.#answerer(), status)
  }

  #answerer(): Answerer {
    const { peerId, peername } = this.#components
    const { id, addresses } = this.#components.ipfsIdentity()
    return { peerId, peername, ipfsPeerId: id, ipfsPeerAddresses: addresses }
  }

  /** @returns false when the queue is full */
  #request(kind: OperationKind, cid: CID, pinnedAt: number): boolean {
    const effects = this.#step({ type: 'requested', kind, key: keyOfCid(cid), pinnedAt })
    const refused = effects.some((effect) => effect.type === 'refused')
    if (refused) this.#log.error(FULL_QUEUE)
    return !refused
  }

  #step(event: OperationEvent): OperationEffect[] {
    const effects = this.#operations.step(event, Time.now())
    for (const effect of effects) {
      if (effect.type === 'start') this.#start(effect.operation)
      else if (effect.type === 'abort') this.#calls.get(effect.operation)?.abort.abort()
      else if (effect.type === 'changed') this.#report(effect)
    }
    return effects
  }

  #report({ operation, status, attempts }: Extract<OperationEffect, { type: 'changed' }>): void {
    const { events } = this.#components
    if (events?.hasListeners('pin:status') !== true) return
    const { key, error } = operation
    events.emit('pin:status', { cid: cidOfKey(key), status, error, attemptCount: attempts })
  }

  #start(operation: Operation): void {
    const abort = new AbortController()
    const done = this.#call(operation, abort.signal).then(
      () => this.#settled(operation),
      (err: unknown) => this.#settled(operation, messageOf(err))
    )
    this.#calls.set(operation, { abort, done })
  }

  #settled(operation: Operation, error?: string): void {
    this.#calls.delete(operation)
    if (error === undefined && operation.kind === 'pin') {
      for (const held of this.#listings) held.add(cidOfKey(operation.key), JUST_PINNED)
    }
    if (error !== undefined) this.#log.debug(`${operation.kind} of ${cidToText(cidOfKey(operation.key))}: ${error}`)
    this.#step({ type: 'settled', operation, ...(error !== undefined && { error }) })
  }

  /** The pin is read when its turn comes: its options may have changed, and waiting ones need no memory. */
  async #call({ kind, key }: Operation, signal: AbortSignal): Promise<void> {
    const cid = cidOfKey(key)
    if (kind !== 'pin') return this.#components.ipfs.unpin(cid, { signal })
    const pin = await this.#components.state.get(cid, { signal })
    signal.throwIfAborted()
    if (pin !== undefined) await this.#components.ipfs.pin(pin, { signal })
  }
}

/** How the IPFS node holds a pin, as the value that a CidSet keeps. */
const HELD_AS: readonly IpfsPinStatus[] = ['unpinned', 'direct', 'recursive']
/** The same for a pin that was made after the IPFS node had listed its pins. */
const JUST_PINNED = 3

function ipfsPinsetError(cause: unknown): ClusterError {
  return new ClusterError('ERR_IPFS_UNAVAILABLE', `could not get pinset from IPFS: ${messageOf(cause)}`, { cause })
}
