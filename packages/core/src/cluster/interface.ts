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
import type { CID } from 'multiformats/cid'
import type { AddEntry } from '../adder/interface.ts'
import type { AllocationExplanation } from '../allocator/index.ts'
import type { SyncProgress } from '../consensus/interface.ts'
import type { ListPinsOptions, StatusCounts } from '../pintracker/interface.ts'
import type { ClusterRepair } from '../repair/interface.ts'
import type { ListOptions, PinState } from '../state/interface.ts'
import type { EventSource } from '../util/event-bus.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { ClusterEvents } from './events.ts'
import type { ListedStatus } from './listed-status.ts'

/** Why a CID is where it is, and how it is there. */
export interface PinExplanation {
  /** The state on each peer; `detail` says it in words, also where nothing is left to do. */
  readonly info: GlobalPinInfo
  /**
   * What a pin of this CID would be given now, and why for each peer. Absent for one that goes to every peer, and where
   * the allocator cannot say.
   */
  readonly allocation?: AllocationExplanation
}

export interface ListStatusesOptions extends ListPinsOptions {
  local?: boolean
}

/**
 * A peer, as the HTTP surfaces and programs see it: the use cases of IPFS Cluster. Everything that the REST API can
 * ask is a method here.
 */
export interface Cluster {
  readonly peerId: PeerId
  readonly peername: string
  /** The pinset, for listings that need no more than that. */
  readonly state: PinState
  /** Maintenance and draining of peers, rebalancing, and how far the repair of pins is. */
  readonly repair: ClusterRepair
  /** What happens in this peer, as it happens. */
  readonly events: EventSource<ClusterEvents>

  id(options?: AbortOptions): Promise<Id>
  version(): string
  /** Every member's own account of itself, as the answers come; a member that cannot be asked has `error` set. */
  peers(options?: AbortOptions): AsyncIterable<Id>
  peerAdd(peer: PeerId, options?: AbortOptions): Promise<Id>
  peerRemove(peer: PeerId, options?: AbortOptions): Promise<void>

  /** Pins a CID. Resolves when the cluster has taken the pin, not when IPFS has the content. */
  pin(cid: CID, pinOptions: PinOptions, options?: AbortOptions): Promise<Pin>
  /** @throws ClusterError `ERR_NOT_PINNED` */
  unpin(cid: CID, options?: AbortOptions): Promise<Pin>
  pinPath(path: string, pinOptions: PinOptions, options?: AbortOptions): Promise<Pin>
  unpinPath(path: string, options?: AbortOptions): Promise<Pin>
  /** @throws ClusterError `ERR_NOT_PINNED` */
  pinGet(cid: CID, options?: AbortOptions): Promise<Pin>
  /** The pinset in the order of its keys. */
  pins(options?: ListOptions): AsyncIterable<Pin>

  status(cid: CID, options?: AbortOptions): Promise<GlobalPinInfo>
  statusLocal(cid: CID, options?: AbortOptions): Promise<PinInfo>
  /** The state of a CID with the reasons for it; of one that is not pinned, where a pin of it would go. */
  explain(cid: CID, options?: AbortOptions): Promise<PinExplanation>
  statusAll(filter: StatusFilter, options?: AbortOptions): AsyncIterable<GlobalPinInfo>
  statusAllLocal(filter: StatusFilter, options?: AbortOptions): AsyncIterable<PinInfo>
  /**
   * The state of all pins that match, in batches, undecoded where that suffices: for listings that need no objects.
   *
   * @param options - with `local`, what this peer alone knows; with `brief`, of pins under way no more than the statuses
   *   where that saves reading them
   */
  listStatuses(filter: StatusFilter, options?: ListStatusesOptions): AsyncIterable<readonly ListedStatus[]>
  recover(cid: CID, options?: AbortOptions): Promise<GlobalPinInfo>
  recoverLocal(cid: CID, options?: AbortOptions): Promise<PinInfo>
  recoverAll(options?: AbortOptions): AsyncIterable<GlobalPinInfo>
  recoverAllLocal(options?: AbortOptions): AsyncIterable<PinInfo>

  /**
   * Adds content: yields one output for each node of the DAG, the root last. With `params.noPin` false the root is
   * pinned before the last output is given.
   */
  add(entries: AsyncIterable<AddEntry>, params: AddParams, options?: AbortOptions): AsyncIterable<AddedOutput>

  /** The CID that an IPFS path stands for now. */
  resolve(path: string, options?: AbortOptions): Promise<CID>

  /** Space in the IPFS nodes of all members that answer. */
  repoStat(options?: AbortOptions): Promise<IpfsRepoStat>
  repoGc(options?: AbortOptions): Promise<GlobalRepoGc>
  repoGcLocal(options?: AbortOptions): Promise<RepoGc>
  connectGraph(options?: AbortOptions): Promise<ConnectGraph>
  /** How far this peer is with taking in what others have; undefined where a peer is never behind. */
  syncProgress?(): SyncProgress | undefined
  /** How many pins have each status on this peer. */
  pinCounts(options?: AbortOptions): Promise<StatusCounts>
  alerts(): Alert[]
  bandwidthByProtocol(): Record<string, Bandwidth>
  metrics(name: string): Metric[]
  metricNames(): string[]

  /** Resolves when the peer is READY: consensus can be relied upon and the IPFS node answers. */
  ready(options?: AbortOptions): Promise<void>
}
