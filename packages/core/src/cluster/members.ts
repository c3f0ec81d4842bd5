import type { Bandwidth, Id, IpfsRepoStat, Multiaddr, PeerId, PinInfo, RepoGc, StatusFilter } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Block } from '../ipfs/interface.ts'
import type { ListPinsOptions, PinListing } from '../pintracker/index.ts'
import type { AbortOptions } from '../util/startable.ts'

/**
 * What a member of the cluster answers about itself. This peer answers at once, the others over the network; who asks
 * all members need not know which is which.
 *
 * A member that does not trust the asker throws ClusterError `ERR_NOT_TRUSTED`; it is left out of what is shown.
 */
export interface Member {
  id(options?: AbortOptions): Promise<Id>
  /** Every member that this one sees, in its own words. */
  peers(options?: AbortOptions): AsyncIterable<Id>
  status(cid: CID, options?: AbortOptions): Promise<PinInfo>
  statusAll(filter: StatusFilter, options?: AbortOptions): AsyncIterable<PinInfo>
  /** The same in parts, undecoded where that suffices, in the order of the keys of the pinset if it lists all of it. */
  list(filter: StatusFilter, options?: ListPinsOptions): AsyncIterable<PinListing>
  recover(cid: CID, options?: AbortOptions): Promise<PinInfo>
  recoverAll(options?: AbortOptions): AsyncIterable<PinInfo>
  repoGc(options?: AbortOptions): Promise<RepoGc>
  /** How full the member's IPFS node is. */
  repoStat(options?: AbortOptions): Promise<IpfsRepoStat>
  /** Neighbours of the member's IPFS node. */
  swarmPeers(options?: AbortOptions): Promise<PeerId[]>
  /** Stores blocks in the member's IPFS node. */
  putBlocks(blocks: AsyncIterable<Block> | Iterable<Block>, options?: AbortOptions): Promise<void>
}

/** The way to the other peers. */
export interface ClusterNetwork {
  /** Another peer of the cluster; whether it can be reached shows when it is asked. */
  member(peer: PeerId): Member
  /** Own addresses, each ending in `/p2p/<id>`. */
  addresses(): Multiaddr[]
  /** Known addresses of other peers, each ending in `/p2p/<id>`. */
  addressesOf(peers: readonly PeerId[]): Multiaddr[]
  bandwidthByProtocol(): Record<string, Bandwidth>
}

/** A peer that is alone: it listens nowhere and reaches nobody. */
export const NO_NETWORK: ClusterNetwork = {
  member: () => UNREACHABLE,
  addresses: () => [],
  addressesOf: () => [],
  bandwidthByProtocol: () => ({})
}

const refuse = (): never => {
  throw new ClusterError('ERR_PEER_UNREACHABLE', 'failed to find any peer in table')
}

const UNREACHABLE: Member = {
  id: async () => refuse(),
  peers: refuse,
  status: async () => refuse(),
  statusAll: refuse,
  list: refuse,
  recover: async () => refuse(),
  recoverAll: refuse,
  repoGc: async () => refuse(),
  repoStat: async () => refuse(),
  swarmPeers: async () => refuse(),
  putBlocks: async () => refuse()
}
