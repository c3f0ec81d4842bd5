import type {
  AddedOutput,
  AddParams,
  Alert,
  Bandwidth,
  ConnectGraph,
  GlobalPinInfo,
  GlobalRepoGc,
  Id,
  IpfsRepoStat,
  Metric,
  PeerId,
  Pin,
  PinInfo,
  PinOptions,
  RepoGc,
  StatusFilter
} from '@ipfs-cluster/api'
import { ClusterError, VERSION } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { AddEntry, Adder } from '../adder/interface.ts'
import type { SyncProgress } from '../consensus/interface.ts'
import { restDetail } from '../pintracker/explain.ts'
import type { StatusCounts } from '../pintracker/interface.ts'
import type { ClusterRepair } from '../repair/index.ts'
import { PeerMarks, Repair } from '../repair/index.ts'
import type { ListOptions, PinState } from '../state/interface.ts'
import type { EventSource } from '../util/event-bus.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { withTimeout } from '../util/signals.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import { openSink } from './adding.ts'
import type { PeerComponents } from './components.ts'
import { checkComponents } from './components.ts'
import { drawConnectGraph } from './connect-graph.ts'
import type { ClusterInit } from './defaults.ts'
import { DEFAULT_REPLICATION_FACTOR, MEMBER_TIMEOUT } from './defaults.ts'
import type { ClusterEvents } from './events.ts'
import type { Cluster, ListStatusesOptions, PinExplanation } from './interface.ts'
import type { ListedStatus } from './listed-status.ts'
import { LocalMember } from './local-member.ts'
import type { Member } from './members.ts'
import { pingOf } from './metrics.ts'
import { Pinning } from './pinning.ts'
import { Readiness } from './readiness.ts'
import { Statuses } from './statuses.ts'
import { Upkeep } from './upkeep.ts'

/** A peer: its parts put together, and what one can ask of it. */
export class ClusterPeer implements Cluster, Startable {
  readonly peerId: PeerId
  readonly peername: string
  readonly events: EventSource<ClusterEvents>
  readonly #components: PeerComponents
  readonly #init: ClusterInit
  readonly #log: Logger
  readonly #self: Member
  readonly #pinning: Pinning
  readonly #statuses: Statuses
  readonly #adder: Adder
  readonly #readiness: Readiness
  readonly #repair: Repair
  readonly #upkeep: Upkeep
  #hasLeft = false

  /** @throws ClusterError `ERR_MISSING_COMPONENT` */
  constructor(components: PeerComponents, init: ClusterInit) {
    checkComponents(components)
    const { peerId, consensus, ipfs, added = ipfs, metrics, allocator, events } = components
    const followerMode = init.followerMode ?? false
    const log = components.logger.forComponent('cluster')
    const member = (peer: PeerId): Member => this.#member(peer)
    this.peerId = peerId
    this.peername = init.peername
    this.events = events
    this.#components = components
    this.#init = init
    this.#log = log
    this.#self = new LocalMember({ ...components, added, peername: init.peername })
    const { marks = new PeerMarks({ ...components, isTrusted: () => true }) } = components
    this.#pinning = new Pinning(
      { consensus, ipfs, allocator, marks, log },
      {
        followerMode,
        replicationFactorMin: init.replicationFactorMin ?? DEFAULT_REPLICATION_FACTOR,
        replicationFactorMax: init.replicationFactorMax ?? DEFAULT_REPLICATION_FACTOR
      }
    )
    this.#statuses = new Statuses(
      { log, peerId, state: consensus.state, metrics, member, members: (options) => consensus.peers(options) },
      { followerMode }
    )
    this.#adder = components.adder({
      openSink: (params, options) =>
        openSink({ peerId, pinning: this.#pinning, metrics, member, log }, params, options),
      pin: (root, pinOptions, allocations, options) => this.#pinning.pinAdded(root, pinOptions, allocations, options),
      shards: {
        putLocal: (blocks, options) => added.putBlocks(blocks, options),
        pinPart: (pin, options) => this.#pinning.pinPart(pin, options),
        unpinParts: (pins) => this.#pinning.unpinParts(pins)
      }
    })
    // Who was taken out needs not ask to be.
    events.on('removed', () => (this.#hasLeft = true))
    this.#readiness = new Readiness({ log, peerId, consensus, ipfs, events })
    this.#repair = new Repair(
      {
        ...components,
        ...{ marks, walk: () => this.#upkeep.walk() },
        hasContent: (each, cid, options) => hasContent(member(each), cid, options),
        repoStat: (each, options) => member(each).repoStat(options),
        latest: (name) => metrics.latest(name),
        names: () => metrics.names()
      },
      init
    )
    this.#upkeep = new Upkeep({ ...components, log, pinning: this.#pinning, repair: this.#repair }, init)
  }

  get state(): PinState {
    return this.#components.consensus.state
  }

  get repair(): ClusterRepair {
    return this.#repair
  }

  /** Whether the peer has left the cluster for good, so that it has no use for the pinset any more. */
  get hasLeft(): boolean {
    return this.#hasLeft
  }

  /** Goes on in the background until the peer is READY: a consensus or an IPFS node that is not there holds up nothing. */
  afterStart(): void {
    this.#readiness.begin(() => this.#upkeep.start())
  }

  async beforeStop(): Promise<void> {
    this.#log.info('shutting down Cluster')
    await this.#readiness.end()
    await this.#upkeep.stop()
    if (this.#init.leaveOnShutdown === true && this.#readiness.isReady && !this.#hasLeft) await this.#leave()
  }

  async ready(options?: AbortOptions): Promise<void> {
    await this.#readiness.wait(options)
  }

  async id(options?: AbortOptions): Promise<Id> {
    return this.#self.id(options)
  }

  version(): string {
    return VERSION
  }

  peers(options?: AbortOptions): AsyncIterable<Id> {
    return this.#self.peers(options)
  }

  async peerAdd(peer: PeerId, options?: AbortOptions): Promise<Id> {
    await this.#components.consensus.addPeer(peer, options)
    this.#log.info(`Peer added ${peer}`)
    const id = await this.#member(peer).id(options)
    const clusterPeers = id.clusterPeers ?? []
    return clusterPeers.includes(this.peerId) ? id : { ...id, clusterPeers: [...clusterPeers, this.peerId] }
  }

  async peerRemove(peer: PeerId, options?: AbortOptions): Promise<void> {
    await this.#upkeep.vacate(peer, options)
    await this.#components.consensus.removePeer(peer, options)
    this.#log.info(`Peer removed ${peer}`)
  }

  async pin(cid: CID, pinOptions: PinOptions, options?: AbortOptions): Promise<Pin> {
    return this.#pinning.pin(cid, pinOptions, options)
  }

  async unpin(cid: CID, options?: AbortOptions): Promise<Pin> {
    return this.#pinning.unpin(cid, options)
  }

  async pinPath(path: string, pinOptions: PinOptions, options?: AbortOptions): Promise<Pin> {
    return this.#pinning.pin(await this.#pinning.resolve(path, options), pinOptions, options)
  }

  async unpinPath(path: string, options?: AbortOptions): Promise<Pin> {
    return this.#pinning.unpin(await this.#pinning.resolve(path, options), options)
  }

  async resolve(path: string, options?: AbortOptions): Promise<CID> {
    return this.#pinning.resolve(path, options)
  }

  async pinGet(cid: CID, options?: AbortOptions): Promise<Pin> {
    return this.#pinning.get(cid, options)
  }

  pins(options?: ListOptions): AsyncIterable<Pin> {
    return this.state.list(options)
  }

  async status(cid: CID, options?: AbortOptions): Promise<GlobalPinInfo> {
    return this.#statuses.status(cid, options)
  }

  async statusLocal(cid: CID, options?: AbortOptions): Promise<PinInfo> {
    return this.#self.status(cid, options)
  }

  async explain(cid: CID, options?: AbortOptions): Promise<PinExplanation> {
    const [info, allocation] = await Promise.all([this.status(cid, options), this.#pinning.explain(cid, options)])
    for (const each of Object.values(info.peerMap)) each.detail ??= restDetail(each.status, each.error)
    return { info, ...(allocation !== undefined && { allocation }) }
  }

  statusAll(filter: StatusFilter, options?: AbortOptions): AsyncIterable<GlobalPinInfo> {
    return this.#statuses.statusAll(filter, options)
  }

  statusAllLocal(filter: StatusFilter, options?: AbortOptions): AsyncIterable<PinInfo> {
    return this.#self.statusAll(filter, options)
  }

  listStatuses(
    filter: StatusFilter,
    { local = false, ...options }: ListStatusesOptions = {}
  ): AsyncIterable<readonly ListedStatus[]> {
    return local ? this.#statuses.listLocal(filter, options) : this.#statuses.list(filter, options)
  }

  async recover(cid: CID, options?: AbortOptions): Promise<GlobalPinInfo> {
    return this.#statuses.recover(cid, options)
  }

  /**
   * Of a sharded item the parts are recovered.
   *
   * @throws ClusterError `ERR_NOT_PINNED` when there is nothing of this CID, neither pin nor failed unpin
   */
  async recoverLocal(cid: CID, options?: AbortOptions): Promise<PinInfo> {
    for await (const part of this.#pinning.partsOf(cid, options)) await this.#self.recover(part, options)
    const info = await this.#self.recover(cid, options)
    if (info.status === 'unpinned') await this.pinGet(cid, options)
    return info
  }

  recoverAll(options?: AbortOptions): AsyncIterable<GlobalPinInfo> {
    return this.#statuses.recoverAll(options)
  }

  recoverAllLocal(options?: AbortOptions): AsyncIterable<PinInfo> {
    return this.#self.recoverAll(options)
  }

  async *add(entries: AsyncIterable<AddEntry>, params: AddParams, options?: AbortOptions): AsyncIterable<AddedOutput> {
    this.#pinning.checkWritable()
    yield* this.#adder.add(entries, params, options)
  }

  async repoStat(options: AbortOptions = {}): Promise<IpfsRepoStat> {
    const members = await this.#components.consensus.peers(options)
    const stats = await Promise.all(members.map((peer) => this.#repoStatOf(peer, options)))
    return {
      repoSize: stats.reduce((sum, stat) => sum + (stat?.repoSize ?? 0n), 0n),
      storageMax: stats.reduce((sum, stat) => sum + (stat?.storageMax ?? 0n), 0n)
    }
  }

  async repoGc(options: AbortOptions = {}): Promise<GlobalRepoGc> {
    const members = await this.#components.consensus.peers(options)
    const answers = await Promise.all(members.map((peer) => this.#repoGcOf(peer, options)))
    return {
      peerMap: Object.fromEntries(answers.filter((each) => each !== undefined).map((each) => [each.peer, each]))
    }
  }

  async repoGcLocal(options?: AbortOptions): Promise<RepoGc> {
    return this.#self.repoGc(options)
  }

  async connectGraph(options: AbortOptions = {}): Promise<ConnectGraph> {
    const { consensus } = this.#components
    return drawConnectGraph(
      {
        peerId: this.peerId,
        members: await consensus.peers(options),
        member: (peer) => this.#member(peer),
        isTrusted: (peer) => consensus.isTrusted(peer)
      },
      options
    )
  }

  syncProgress(): SyncProgress | undefined {
    return this.#components.consensus.progress
  }

  async pinCounts(options?: AbortOptions): Promise<StatusCounts> {
    return this.#components.tracker.counts(options)
  }

  alerts(): Alert[] {
    return this.#components.metrics.alerts()
  }

  bandwidthByProtocol(): Record<string, Bandwidth> {
    return this.#components.network.bandwidthByProtocol()
  }

  metrics(name: string): Metric[] {
    return this.#components.metrics.latest(name)
  }

  metricNames(): string[] {
    return this.#components.metrics.names()
  }

  #member(peer: PeerId): Member {
    return peer === this.peerId ? this.#self : this.#components.network.member(peer)
  }

  async #repoGcOf(peer: PeerId, options: AbortOptions): Promise<RepoGc | undefined> {
    try {
      return await this.#member(peer).repoGc(options)
    } catch (err) {
      options.signal?.throwIfAborted()
      if (err instanceof ClusterError && err.code === 'ERR_NOT_TRUSTED') return undefined
      const { peername } = pingOf(this.#components.metrics, peer)
      return { peer, peername, keys: [], error: messageOf(err) }
    }
  }

  async #repoStatOf(peer: PeerId, options: AbortOptions): Promise<IpfsRepoStat | undefined> {
    try {
      return await this.#member(peer).repoStat({ signal: withTimeout(MEMBER_TIMEOUT, options.signal) })
    } catch (err) {
      options.signal?.throwIfAborted()
      this.#log.error(`${peer} could not tell the size of its repository: ${messageOf(err)}`)
      return undefined
    }
  }

  async #leave(): Promise<void> {
    this.#hasLeft = true
    this.#log.warn('attempting to leave the cluster. This may take some seconds')
    await this.#components.consensus
      .removePeer(this.peerId)
      .catch((err: unknown) => this.#log.error(`leaving cluster: ${messageOf(err)}`))
  }
}

/** Whether a member says that it has pinned a CID; no when it cannot say. */
async function hasContent(member: Member, cid: CID, options: AbortOptions = {}): Promise<boolean> {
  try {
    const { status } = await member.status(cid, { signal: withTimeout(MEMBER_TIMEOUT, options.signal) })
    return status === 'pinned'
  } catch {
    options.signal?.throwIfAborted()
    return false
  }
}
