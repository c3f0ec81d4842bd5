import type { PeerId, Pin, PinOptions } from '@ipfs-cluster/api'
import { cidToText, ClusterError, defaultPinOptions, pinWithOptions, Time } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { AllocationExplanation, Allocator } from '../allocator/index.ts'
import type { Consensus, PutOptions, UnpinOptions } from '../consensus/interface.ts'
import type { IpfsConnector } from '../ipfs/interface.ts'
import { isPinnedEverywhere } from '../pintracker/index.ts'
import type { PeerMarks } from '../repair/index.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import { keepOwn, partsOfMetaPin } from './meta-pins.ts'
import type { ReplicationDefaults } from './pin-checks.ts'
import { checkExpiry, checkPinType, checkRepin, withReplicationFactors } from './pin-checks.ts'

/** What changing the pinset needs. */
export interface PinningComponents {
  consensus: Pick<Consensus, 'state' | 'logPin' | 'logUnpin'>
  ipfs: Pick<IpfsConnector, 'resolve' | 'getBlock'>
  allocator: Allocator
  /** Absent: every peer is like any other. */
  marks?: Pick<PeerMarks, 'list'>
  log: Logger
}

/** Settings of the peer that pins depend on. */
export interface PinningInit extends ReplicationDefaults {
  followerMode: boolean
}

/** Options of a pin made by the peer itself. */
export interface PinRequestOptions extends PutOptions {
  /** Peers that must not get the pin. */
  exclude?: readonly PeerId[]
}

/** The use cases that change the pinset: checks, allocation, and the word to the consensus. */
export class Pinning {
  readonly #components: PinningComponents
  readonly #init: PinningInit

  constructor(components: PinningComponents, init: PinningInit) {
    this.#components = components
    this.#init = init
  }

  /** @throws ClusterError `ERR_NOT_PINNED` */
  async get(cid: CID, options?: AbortOptions): Promise<Pin> {
    const pin = await this.#components.consensus.state.get(cid, options)
    if (pin === undefined) throw new ClusterError('ERR_NOT_PINNED', 'pin is not part of the pinset')
    return pin
  }

  async pin(cid: CID, pinOptions: PinOptions, options: AbortOptions = {}): Promise<Pin> {
    this.checkWritable()
    const { pinUpdate } = pinOptions
    if (pinUpdate !== null && !pinUpdate.equals(cid)) return this.#update(pinUpdate, cid, pinOptions, options)
    return this.put(pinWithOptions(cid, pinOptions), options)
  }

  /**
   * Pins a whole item, whose type and allocations may be settled already: allocations that are given are kept, unless
   * the pin goes to every peer. The order of the checks is that of the Go release (spec: wire 11.1).
   */
  async put(requested: Pin, options: PinRequestOptions = {}): Promise<Pin> {
    this.checkWritable()
    const { consensus, log } = this.#components
    const existing = await consensus.state.get(requested.cid, options)
    const pin = withReplicationFactors(requested, this.#init)
    const now = Time.now()
    checkExpiry(pin, now)
    if (existing !== undefined) checkRepin(pin, existing)
    checkPinType(pin)
    const allocations = await this.#allocations(pin, existing, options)
    const where = isPinnedEverywhere(pin) ? 'everywhere' : `on ${allocations.join(', ')}`
    log.info(`pinning ${cidToText(pin.cid)} ${where}`)
    const settled: Pin = { ...pin, allocations, timestamp: now }
    await consensus.logPin(settled, options)
    return settled
  }

  async unpin(cid: CID, options: UnpinOptions = {}): Promise<Pin> {
    this.checkWritable()
    const { consensus, log } = this.#components
    log.info(`IPFS cluster unpinning: ${cidToText(cid)}`)
    const pin = await this.get(cid, options)
    checkUnpin(pin)
    for (const part of await this.#ownParts(pin, options)) await consensus.logUnpin(pinWithOptions(part, pin), options)
    await consensus.logUnpin(pin, options)
    return pin
  }

  /** The pins that a sharded item is made of, besides itself; none of any other CID. */
  async *partsOf(cid: CID, options: AbortOptions = {}): AsyncIterable<CID> {
    const { consensus, ipfs } = this.#components
    const pin = await consensus.state.get(cid, options)
    if (pin?.type === 'meta-pin') yield* partsOfMetaPin({ state: consensus.state, ipfs }, pin, options)
  }

  /** Pins what has just been added where its blocks are. */
  async pinAdded(
    root: CID,
    pinOptions: PinOptions,
    allocations: readonly PeerId[],
    options: AbortOptions = {}
  ): Promise<Pin> {
    const pin = pinWithOptions(root, { ...pinOptions, mode: 'recursive', pinUpdate: null })
    return this.put({ ...pin, allocations: [...allocations] }, options)
  }

  /** Pins a part of a sharded item, or the item. @returns whether there was no pin of that CID before */
  async pinPart(pin: Pin, options: AbortOptions = {}): Promise<boolean> {
    const isNew = !(await this.#components.consensus.state.has(pin.cid, options))
    await this.put(pin, options)
    return isNew
  }

  /** Takes out parts of an item that has not come about, but for those that another item has come to need. */
  async unpinParts(pins: readonly Pin[]): Promise<void> {
    const { consensus, ipfs, log } = this.#components
    const parts = new Map(pins.map(({ cid }) => [cidToText(cid), cid]))
    try {
      await keepOwn({ state: consensus.state, ipfs }, parts, undefined, {})
      for (const pin of pins) if (parts.has(cidToText(pin.cid))) await consensus.logUnpin(pin)
    } catch (err) {
      log.warn(`parts of an add that failed stay pinned: ${[...parts.keys()].join(', ')}: ${messageOf(err)}`)
    }
  }

  /** @throws ClusterError `ERR_BAD_PATH`, or what the IPFS node says when it cannot resolve the path */
  async resolve(path: string, options?: AbortOptions): Promise<CID> {
    try {
      return await this.#components.ipfs.resolve(path, options)
    } catch (cause) {
      if (!(cause instanceof ClusterError) || cause.code !== 'ERR_BAD_REQUEST') throw cause
      throw new ClusterError('ERR_BAD_PATH', `error parsing path: ${cause.message}`, { cause })
    }
  }

  /** The peers that get an item which is about to be added; empty when all of them do. */
  async allocate(pinOptions: PinOptions, cid: CID, options?: PinRequestOptions): Promise<PeerId[]> {
    this.checkWritable()
    return this.#allocations(
      withReplicationFactors(pinWithOptions(cid, pinOptions), this.#init),
      undefined,
      options ?? {}
    )
  }

  /**
   * Where a pin of this CID would go now, with the options that it has, or those of a new pin; undefined when there is
   * nothing to decide or the allocator does not say.
   */
  async explain(cid: CID, options: AbortOptions = {}): Promise<AllocationExplanation | undefined> {
    const { allocator, consensus } = this.#components
    const existing = await consensus.state.get(cid, options)
    const pin = withReplicationFactors(existing ?? pinWithOptions(cid, defaultPinOptions()), this.#init)
    if (pin.type === 'meta-pin' || isPinnedEverywhere(pin)) return undefined
    return allocator.explain?.(
      { pin, ...(existing !== undefined && { existing }), exclude: this.#unfitFor(existing) },
      options
    )
  }

  /** @throws ClusterError `ERR_FOLLOWER_MODE` */
  checkWritable(): void {
    if (!this.#init.followerMode) return
    throw new ClusterError(
      'ERR_FOLLOWER_MODE',
      'this peer is configured to be in follower mode. Write operations are disabled'
    )
  }

  /** The parts of an item that no other item needs. */
  async #ownParts({ cid }: Pin, options: AbortOptions): Promise<Iterable<CID>> {
    const { consensus, ipfs } = this.#components
    const parts = new Map<string, CID>()
    for await (const part of this.partsOf(cid, options)) parts.set(cidToText(part), part)
    if (parts.size > 0) await keepOwn({ state: consensus.state, ipfs }, parts, cid, options)
    return parts.values()
  }

  async #allocations(
    pin: Pin,
    existing: Pin | undefined,
    { exclude = [], ...options }: PinRequestOptions
  ): Promise<PeerId[]> {
    if (pin.type === 'meta-pin') return []
    if (isPinnedEverywhere(pin)) return []
    const given = pin.allocations ?? []
    if (given.length > 0) return given
    if (existing !== undefined && exclude.length === 0 && this.#isBeingMaintained(pin, existing)) {
      return [...(existing.allocations ?? [])]
    }
    const unfit = [...exclude, ...this.#unfitFor(existing)]
    return this.#components.allocator.allocate(
      { pin, ...(existing !== undefined && { existing }), ...(unfit.length > 0 && { exclude: unfit }) },
      options
    )
  }

  /** Whether a peer that holds the pin may be away and keeps it: its metrics need not be there. */
  #isBeingMaintained(pin: Pin, existing: Pin): boolean {
    const listed = existing.allocations ?? []
    const kinds = (this.#components.marks?.list() ?? [])
      .filter(({ peer }) => listed.includes(peer))
      .map(({ kind }) => kind)
    const isEnough = listed.length >= pin.replicationFactorMin && listed.length <= pin.replicationFactorMax
    return isEnough && kinds.includes('maintenance') && !kinds.includes('drain')
  }

  /** A peer under maintenance gets no new pins, one that is drained keeps none. */
  #unfitFor(existing: Pin | undefined): PeerId[] {
    const isHeld = (peer: PeerId): boolean => existing?.allocations?.includes(peer) === true
    const marks = this.#components.marks?.list() ?? []
    return marks.filter(({ peer, kind }) => kind === 'drain' || !isHeld(peer)).map(({ peer }) => peer)
  }

  /** Pins with the options and peers of another pin; only the name and the expiry may differ. */
  async #update(from: CID, to: CID, pinOptions: PinOptions, options: AbortOptions): Promise<Pin> {
    const existing = await this.get(from, options)
    if (existing.type !== 'pin') throw new ClusterError('ERR_PIN_CONFLICT', 'this pin type cannot be updated')
    const now = Time.now()
    const { name, expireAt } = pinOptions
    const isInFuture = !expireAt.isZero && expireAt.toUnixNanoseconds() > now.toUnixNanoseconds()
    const pin: Pin = {
      ...existing,
      cid: to,
      pinUpdate: from,
      timestamp: now,
      name: name === '' ? existing.name : name,
      expireAt: isInFuture ? expireAt : existing.expireAt
    }
    await this.#components.consensus.logPin(pin, options)
    return pin
  }
}

/** @throws ClusterError when the pin goes only together with others */
function checkUnpin({ type }: Pin): void {
  switch (type) {
    case 'pin':
    case 'meta-pin':
      return
    case 'shard-pin':
      throw new ClusterError('ERR_PIN_PART', 'cannot unpin a shard directly. Unpin content root CID instead')
    case 'clusterdag-pin':
      throw new ClusterError('ERR_PIN_PART', 'cannot unpin a Cluster DAG directly. Unpin content root CID instead')
    case 'bad-type':
    case 'all':
      throw new ClusterError('ERR_BAD_PIN', 'unrecognized pin type')
  }
}
