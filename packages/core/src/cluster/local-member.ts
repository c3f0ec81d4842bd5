import type { Id, IpfsId, IpfsRepoGc, IpfsRepoStat, PeerId, PinInfo, RepoGc, StatusFilter } from '@ipfs-cluster/api'
import { ClusterError, VERSION } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Consensus } from '../consensus/interface.ts'
import type { Block, IpfsConnector } from '../ipfs/interface.ts'
import type { ListPinsOptions, PinListing, PinTracker } from '../pintracker/index.ts'
import { messageOf } from '../util/errors.ts'
import { withTimeout } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import { MEMBER_TIMEOUT, RPC_PROTOCOL } from './defaults.ts'
import type { ClusterNetwork, Member } from './members.ts'

/** What this peer needs to answer for itself. */
export interface LocalMemberComponents {
  peerId: PeerId
  peername: string
  consensus: Consensus
  ipfs: IpfsConnector
  /** The way of added blocks into the IPFS node. */
  added: Pick<IpfsConnector, 'putBlocks'>
  tracker: PinTracker
  network: ClusterNetwork
}

/** This peer, as its fellow members see it. */
export class LocalMember implements Member {
  readonly #components: LocalMemberComponents

  constructor(components: LocalMemberComponents) {
    this.#components = components
  }

  async id(options: AbortOptions = {}): Promise<Id> {
    const { peerId, peername, consensus, network } = this.#components
    const [clusterPeers, ipfs] = await Promise.all([consensus.peers(options), this.#ipfsId(options)])
    return {
      id: peerId,
      addresses: network.addresses(),
      clusterPeers,
      clusterPeersAddresses: network.addressesOf(clusterPeers.filter((peer) => peer !== peerId)),
      version: VERSION,
      commit: '',
      rpcProtocolVersion: RPC_PROTOCOL,
      error: '',
      ipfs,
      peername
    }
  }

  /** Every member in its own words; those that cannot be asked with the reason, those that refuse not at all. */
  async *peers(options: AbortOptions = {}): AsyncIterable<Id> {
    const signal = withTimeout(MEMBER_TIMEOUT, options.signal)
    const pending = new Map<PeerId, Promise<[PeerId, Id | undefined]>>()
    for (const peer of await this.#components.consensus.peers(options)) {
      pending.set(
        peer,
        this.#idOf(peer, { signal }).then((id) => [peer, id])
      )
    }
    while (pending.size > 0) {
      const [peer, id] = await Promise.race(pending.values())
      pending.delete(peer)
      options.signal?.throwIfAborted()
      if (id !== undefined) yield id
    }
  }

  status(cid: CID, options?: AbortOptions): Promise<PinInfo> {
    return this.#components.tracker.status(cid, options)
  }

  statusAll(filter: StatusFilter, options?: AbortOptions): AsyncIterable<PinInfo> {
    return this.#components.tracker.statusAll(filter, options)
  }

  list(filter: StatusFilter, options?: ListPinsOptions): AsyncIterable<PinListing> {
    return this.#components.tracker.list(filter, options)
  }

  recover(cid: CID, options?: AbortOptions): Promise<PinInfo> {
    return this.#components.tracker.recover(cid, options)
  }

  recoverAll(options?: AbortOptions): AsyncIterable<PinInfo> {
    return this.#components.tracker.recoverAll(options)
  }

  async repoGc(options?: AbortOptions): Promise<RepoGc> {
    const { peerId, peername, ipfs } = this.#components
    const keys: IpfsRepoGc[] = []
    for await (const key of ipfs.repoGc(options)) keys.push(key)
    return { peer: peerId, peername, keys, error: '' }
  }

  repoStat(options?: AbortOptions): Promise<IpfsRepoStat> {
    return this.#components.ipfs.repoStat(options)
  }

  swarmPeers(options?: AbortOptions): Promise<PeerId[]> {
    return this.#components.ipfs.swarmPeers(options)
  }

  putBlocks(blocks: AsyncIterable<Block> | Iterable<Block>, options?: AbortOptions): Promise<void> {
    return this.#components.added.putBlocks(blocks, options)
  }

  async #idOf(peer: PeerId, options: AbortOptions): Promise<Id | undefined> {
    const { peerId, network } = this.#components
    try {
      return await (peer === peerId ? this.id(options) : network.member(peer).id(options))
    } catch (err) {
      if (err instanceof ClusterError && err.code === 'ERR_NOT_TRUSTED') return undefined
      return unknownId(peer, err)
    }
  }

  async #ipfsId(options: AbortOptions): Promise<IpfsId> {
    try {
      return await this.#components.ipfs.id(options)
    } catch (err) {
      options.signal?.throwIfAborted()
      return { id: '', addresses: null, error: messageOf(err) }
    }
  }
}

function unknownId(peer: PeerId, err: unknown): Id {
  return {
    id: peer,
    addresses: null,
    clusterPeers: null,
    clusterPeersAddresses: null,
    version: '',
    commit: '',
    rpcProtocolVersion: '',
    error: messageOf(err),
    ipfs: { id: '', addresses: null, error: '' },
    peername: ''
  }
}
