import type { GlobalPinInfo, PeerId, Pin, PinInfo, StatusFilter, TrackerStatus } from '@ipfs-cluster/api'
import { ClusterError, emptyPin, matchesFilter, peerIdToBytes, Time, TrackerStatusBits } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { readPinDemand } from '../codec/index.ts'
import type { CidKey } from '../pintracker/cid-key.ts'
import { keyOfCid } from '../pintracker/cid-key.ts'
import type { ListPinsOptions } from '../pintracker/interface.ts'
import { isPinnedEverywhere, isRemoteDemand, isRemotePin } from '../pintracker/placement.ts'
import { listsPinset, pinInfo } from '../pintracker/status.ts'
import type { PinState } from '../state/interface.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { withDeadline } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import { MEMBER_TIMEOUT } from './defaults.ts'
import { addPinInfo, emptyGlobalPinInfo, globalPinInfoOf } from './global-pin-info.ts'
import type { ListedStatus } from './listed-status.ts'
import { globalPinInfoIn, listedGlobal, listedStatusOf } from './listed-status.ts'
import type { Member } from './members.ts'
import { mergeListings } from './merged-listings.ts'
import type { ClusterMetrics } from './metrics.ts'
import { pingOf } from './metrics.ts'

/** What asking the members needs. */
export interface StatusesComponents {
  log: Logger
  peerId: PeerId
  state: PinState
  metrics: ClusterMetrics
  /** The members of the cluster, this peer included. */
  members(options: AbortOptions): Promise<readonly PeerId[]>
  member(peer: PeerId): Member
}

type Question = (member: Member, options: AbortOptions) => Promise<PinInfo>
type StreamQuestion = (member: Member) => AsyncIterable<PinInfo>

/** The state of pins over all members. A member that does not answer shows as `cluster_error`, with the reason. */
export class Statuses {
  readonly #components: StatusesComponents
  readonly #followerMode: boolean

  constructor(components: StatusesComponents, init: { followerMode: boolean }) {
    this.#components = components
    this.#followerMode = init.followerMode
  }

  async status(cid: CID, options: AbortOptions = {}): Promise<GlobalPinInfo> {
    const question: Question = (member, each) => member.status(cid, each)
    const pin = await this.#components.state.get(cid, options)
    if (pin !== undefined) return this.#ask(pin, question, options)
    // An unpin that runs shows as done, as it does in the Go release; and so that this answer never waits for a peer
    // that is down, only this one is asked whether its unpin has failed.
    const own = await question(this.#components.member(this.#components.peerId), options)
    return this.#unpinned(cid, own.status === 'unpin_error' ? [own] : [], options)
  }

  async recover(cid: CID, options: AbortOptions = {}): Promise<GlobalPinInfo> {
    const question: Question = (member, each) => member.recover(cid, each)
    const pin = await this.#components.state.get(cid, options)
    if (pin !== undefined) return this.#ask(pin, question, options)
    const members = await this.#members(options)
    const answers = await this.#askAll(emptyPin(cid), members, question, options)
    return this.#unpinned(
      cid,
      answers.filter(({ status }) => UNPIN_STATUSES.includes(status)),
      options
    )
  }

  async *statusAll(filter: StatusFilter, options: AbortOptions = {}): AsyncIterable<GlobalPinInfo> {
    for await (const items of this.list(filter, options)) {
      for (const item of items) {
        const global = this.#tryDecode(item)
        if (global !== undefined) yield global
      }
    }
  }

  /** The same in batches, undecoded where that suffices, in the order of keys where the pinset is listed. */
  async *list(
    filter: StatusFilter,
    { brief = false, ...options }: ListPinsOptions = {}
  ): AsyncGenerator<readonly ListedStatus[]> {
    const members = await this.#members(options)
    const [only] = members
    if (members.length === 1 && only !== undefined) yield* this.#listOnly(only, filter, { ...options, brief })
    else if (listsPinset(filter)) yield* this.#listMerged(members, filter, options)
    else yield* this.#listCollected(members, filter, options)
  }

  /** What this peer alone knows. */
  async *listLocal(filter: StatusFilter, options: ListPinsOptions = {}): AsyncGenerator<readonly ListedStatus[]> {
    const { peerId } = this.#components
    for await (const { answerer, pins } of this.#components.member(peerId).list(filter, options)) {
      yield pins.map((pin) => listedStatusOf(answerer, pin))
    }
  }

  async *#listOnly(
    peer: PeerId,
    filter: StatusFilter,
    options: ListPinsOptions
  ): AsyncGenerator<readonly ListedStatus[]> {
    let any = false
    try {
      for await (const { answerer, pins } of this.#components.member(peer).list(filter, options)) {
        any = true
        yield pins.map((pin) => listedStatusOf(answerer, pin))
      }
    } catch (err) {
      options.signal?.throwIfAborted()
      if (any || !matchesFilter('cluster_error', filter)) throw err
      for await (const global of this.#alone(peer, err, filter, options)) yield [listedGlobal(global)]
    }
  }

  async *#listMerged(
    members: readonly PeerId[],
    filter: StatusFilter,
    options: AbortOptions
  ): AsyncGenerator<readonly ListedStatus[]> {
    const { peerId, state, log } = this.#components
    const isShown = matchesFilter('cluster_error', filter)
    yield* mergeListings({
      peerId,
      listings: new Map(members.map((peer) => [peer, this.#components.member(peer).list(filter, options)])),
      onFailure: (peer, err) => {
        options.signal?.throwIfAborted()
        if (isRefusal(err)) return false
        log.error(`${peer} could not list its pins: ${messageOf(err)}`)
        return true
      },
      failure: (cid, peer, err) => this.#failure(emptyPin(cid), peer, err),
      isExpectedOn: ({ value }, peer) => {
        const demand = readPinDemand(value)
        return demand.type !== 'meta-pin' && !isRemoteDemand(demand, peerIdToBytes(peer))
      },
      ...(isShown && { expected: (after) => state.listStored({ ...options, ...(after !== undefined && { after }) }) })
    })
  }

  /** Operations have no order, and are few beside the pinset. */
  async *#listCollected(
    members: readonly PeerId[],
    filter: StatusFilter,
    options: AbortOptions
  ): AsyncGenerator<readonly ListedStatus[]> {
    const { found, failed } = await this.#collect(members, (member) => member.statusAll(filter, options), options)
    if (failed.size > 0 && matchesFilter('cluster_error', filter)) await this.#addUnanswered(found, failed, options)
    for (const global of found.values()) yield [listedGlobal(global)]
  }

  #tryDecode(item: ListedStatus): GlobalPinInfo | undefined {
    try {
      return globalPinInfoIn(item)
    } catch (err) {
      this.#components.log.error(`skipped the unreadable pin under ${item.key}: ${messageOf(err)}`)
      return undefined
    }
  }

  /** What the only member can tell though its IPFS node is down: its operations; the rest is in doubt. */
  async *#alone(peer: PeerId, err: unknown, filter: StatusFilter, options: AbortOptions): AsyncIterable<GlobalPinInfo> {
    const told = new Set<CidKey>()
    const operations = filter === 0 ? SHOWN_OPERATIONS : filter & OPERATIONS
    if (operations !== 0) {
      for await (const info of this.#components.member(peer).statusAll(operations, options)) {
        told.add(keyOfCid(info.cid))
        yield globalPinInfoOf(info)
      }
    }
    for await (const global of this.#unanswered(peer, err, options)) {
      if (!told.has(keyOfCid(global.cid))) yield global
    }
  }

  async *recoverAll(options: AbortOptions = {}): AsyncIterable<GlobalPinInfo> {
    const ask: StreamQuestion = (member) => member.recoverAll(options)
    const members = await this.#members(options)
    const [only] = members
    if (members.length === 1 && only !== undefined) {
      for await (const info of ask(this.#components.member(only))) yield globalPinInfoOf(info)
    } else {
      yield* (await this.#collect(members, ask, options)).found.values()
    }
  }

  /** A follower asks nobody but itself. */
  async #members(options: AbortOptions): Promise<readonly PeerId[]> {
    return this.#followerMode ? [this.#components.peerId] : this.#components.members(options)
  }

  /** Asks the peers that hold the pin; the others are remote, which needs no asking. */
  async #ask(pin: Pin, question: Question, options: AbortOptions): Promise<GlobalPinInfo> {
    const members = await this.#members(options)
    const everyone = isPinnedEverywhere(pin) || this.#followerMode
    const holders = everyone ? members : (pin.allocations ?? [])
    const global = emptyGlobalPinInfo(pin.cid, pin.name)
    const now = Time.now()
    for (const peer of members) {
      if (!holders.includes(peer)) addPinInfo(global, this.#assumed(pin, peer, 'remote', now))
    }
    for (const info of await this.#askAll(pin, holders, question, options)) addPinInfo(global, info)
    return global
  }

  /** What the pinset has not is unpinned on all peers, save those that say better. */
  async #unpinned(cid: CID, exceptions: readonly PinInfo[], options: AbortOptions): Promise<GlobalPinInfo> {
    const pin: Pin = { ...emptyPin(cid), origins: null }
    const global = emptyGlobalPinInfo(cid)
    for (const peer of await this.#members(options)) {
      addPinInfo(global, this.#assumed(pin, peer, 'unpinned', pin.timestamp))
    }
    for (const info of exceptions) addPinInfo(global, info)
    return global
  }

  /** One answer of each peer that gave one or failed; none of those that do not trust us. */
  async #askAll(
    pin: Pin,
    peers: readonly PeerId[],
    question: Question,
    options: AbortOptions
  ): Promise<readonly PinInfo[]> {
    const answers = peers.map(async (peer): Promise<PinInfo[]> => {
      try {
        const member = this.#components.member(peer)
        return [await withDeadline(MEMBER_TIMEOUT, options.signal, (signal) => question(member, { signal }))]
      } catch (err) {
        options.signal?.throwIfAborted()
        return isRefusal(err) ? [] : [this.#failure(pin, peer, err)]
      }
    })
    return (await Promise.all(answers)).flat()
  }

  /** Puts together what several members stream. Holds all of it, as their orders may differ. */
  async #collect(members: readonly PeerId[], ask: StreamQuestion, options: AbortOptions): Promise<Collection> {
    const found = new Map<CidKey, GlobalPinInfo>()
    const failed = new Map<PeerId, unknown>()
    const collectOne = async (peer: PeerId): Promise<void> => {
      try {
        for await (const info of ask(this.#components.member(peer))) addTo(found, info)
      } catch (err) {
        options.signal?.throwIfAborted()
        if (!isRefusal(err)) failed.set(peer, err)
      }
    }
    await Promise.all(members.map(collectOne))
    for (const [peer, err] of failed) {
      for (const { cid } of found.values()) addTo(found, this.#failure(emptyPin(cid), peer, err))
    }
    return { found, failed }
  }

  /** What those that failed would have to hold, and nobody else has told of. */
  async #addUnanswered(
    found: Collection['found'],
    failed: ReadonlyMap<PeerId, unknown>,
    options: AbortOptions
  ): Promise<void> {
    for (const [peer, err] of failed) {
      for await (const global of this.#unanswered(peer, err, options)) {
        const key = keyOfCid(global.cid)
        const known = found.get(key)
        if (known === undefined) found.set(key, global)
        else Object.assign(known.peerMap, global.peerMap)
      }
    }
  }

  async *#unanswered(peer: PeerId, err: unknown, options: AbortOptions): AsyncIterable<GlobalPinInfo> {
    this.#components.log.error(`${peer} could not list its pins: ${messageOf(err)}`)
    for await (const pin of this.#components.state.list(options)) {
      if (pin.type !== 'meta-pin' && !isRemotePin(pin, peer)) yield globalPinInfoOf(this.#failure(pin, peer, err))
    }
  }

  #failure(pin: Pin, peer: PeerId, err: unknown): PinInfo {
    const info = this.#assumed(pin, peer, 'cluster_error', Time.now())
    return { ...info, error: isTimeout(err) ? 'context deadline exceeded' : messageOf(err) }
  }

  /** The state of a pin on a peer that was not asked; who the peer is, is known from its pings. */
  #assumed(pin: Pin, peer: PeerId, status: TrackerStatus, timestamp: Time): PinInfo {
    const { peername, ipfsId, ipfsAddresses } = pingOf(this.#components.metrics, peer)
    const answerer = { peerId: peer, peername, ipfsPeerId: ipfsId, ipfsPeerAddresses: ipfsAddresses }
    return { ...pinInfo(pin, answerer, status), timestamp }
  }
}

interface Collection {
  found: Map<CidKey, GlobalPinInfo>
  failed: Map<PeerId, unknown>
}

/** Statuses that follow from what a peer does, not from what its IPFS node holds. */
const OPERATIONS = bitsOf('pin_error', 'unpin_error', 'pin_queued', 'unpin_queued', 'pinning', 'unpinning')
/** Those of them that a listing without filter shows. */
const SHOWN_OPERATIONS = bitsOf('pin_error', 'unpin_error', 'pin_queued', 'pinning')

function bitsOf(...statuses: TrackerStatus[]): StatusFilter {
  return statuses.reduce((sum, status) => sum | TrackerStatusBits[status], 0)
}

const UNPIN_STATUSES: readonly TrackerStatus[] = ['unpin_queued', 'unpinning', 'unpin_error']

function addTo(found: Collection['found'], info: PinInfo): void {
  const key = keyOfCid(info.cid)
  const global = found.get(key)
  if (global === undefined) found.set(key, globalPinInfoOf(info))
  else addPinInfo(global, info)
}

/** The Go release shows clients these words for a member that took too long. */
function isTimeout(err: unknown): boolean {
  return err instanceof Error && err.name === 'TimeoutError'
}

/** A peer that does not trust us keeps to itself; that is no failure. */
function isRefusal(err: unknown): boolean {
  return err instanceof ClusterError && err.code === 'ERR_NOT_TRUSTED'
}
