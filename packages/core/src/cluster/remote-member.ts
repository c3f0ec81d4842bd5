import type { Id, IpfsRepoStat, PeerId, PinInfo, RepoGc, StatusFilter } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { msgpack } from '../codec/index.ts'
import type { PinListing } from '../pintracker/index.ts'
import type { Block } from '../ipfs/interface.ts'
import type { RpcClient, UnaryMethod } from '../rpc/index.ts'
import { SERVICES } from '../rpc/index.ts'
import { withDeadline } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import { MEMBER_TIMEOUT } from './defaults.ts'
import { EXTENSIONS, listingIn } from './listing-messages.ts'
import type { Member } from './members.ts'
import { reportedListing, REPORTS } from './reported-pins.ts'

const { Cluster, PinTracker, IPFSConnector } = SERVICES

/** The methods that peers of the Go release have not. */
export interface Extensions {
  readonly rpc: RpcClient
  /** Whether a peer says that it has them. */
  offeredBy(peer: PeerId, options: AbortOptions): Promise<boolean>
}

/**
 * Another peer of the cluster, asked by calls. Who it is and the state of one CID must be told within 15 seconds, as in
 * the Go release; what goes over all of its pins takes the time that it takes.
 */
export class RemoteMember implements Member {
  readonly #rpc: RpcClient
  readonly #peer: PeerId
  readonly #extensions: Extensions | undefined

  /** @param extensions - absent: what the Go release has is spoken with any peer */
  constructor(rpc: RpcClient, peer: PeerId, extensions?: Extensions) {
    this.#rpc = rpc
    this.#peer = peer
    this.#extensions = extensions
  }

  async id(options?: AbortOptions): Promise<Id> {
    return this.#ask(Cluster.ID, {}, options)
  }

  peers(options?: AbortOptions): AsyncIterable<Id> {
    return this.#rpc.stream(this.#peer, Cluster.Peers, [], options)
  }

  async status(cid: CID, options?: AbortOptions): Promise<PinInfo> {
    return this.#ask(PinTracker.Status, cid, options)
  }

  statusAll(filter: StatusFilter, options?: AbortOptions): AsyncIterable<PinInfo> {
    return this.#rpc.stream(this.#peer, PinTracker.StatusAll, [filter], options)
  }

  async *list(filter: StatusFilter, options: AbortOptions = {}): AsyncGenerator<PinListing, void, undefined> {
    const messages = (await this.#extensions?.offeredBy(this.#peer, options))
      ? this.#extensions?.rpc.stream(this.#peer, EXTENSIONS.PinTracker.List, [filter], options)
      : undefined
    yield* messages
      ? listingIn(this.#peer, messages)
      : reportedListing(this.#peer, this.#rpc.streamParts(this.#peer, REPORTS, [filter], options))
  }

  async recover(cid: CID, options?: AbortOptions): Promise<PinInfo> {
    return this.#ask(PinTracker.Recover, cid, options)
  }

  recoverAll(options?: AbortOptions): AsyncIterable<PinInfo> {
    return this.#rpc.stream(this.#peer, Cluster.RecoverAllLocal, [], options)
  }

  async repoGc(options?: AbortOptions): Promise<RepoGc> {
    return this.#rpc.call(this.#peer, Cluster.RepoGCLocal, {}, options)
  }

  async repoStat(options?: AbortOptions): Promise<IpfsRepoStat> {
    return this.#ask(IPFSConnector.RepoStat, {}, options)
  }

  async swarmPeers(options?: AbortOptions): Promise<PeerId[]> {
    return (await this.#rpc.call(this.#peer, IPFSConnector.SwarmPeers, {}, options)) ?? []
  }

  /** @throws ClusterError `ERR_BLOCK_PUT` when the peer says that it is through before it has all blocks */
  async putBlocks(blocks: AsyncIterable<Block> | Iterable<Block>, options?: AbortOptions): Promise<void> {
    let areAllSent = false
    async function* messages(): AsyncGenerator<msgpack.BlockMessage, void, undefined> {
      for await (const { cid, data, pin = false } of blocks) yield { cid, data, cumulativeSize: 0, pin }
      areAllSent = true
    }
    // The replies are none; their end is the end of the call.
    for await (const _ of this.#rpc.stream(this.#peer, IPFSConnector.BlockStream, messages(), options));
    if (areAllSent) return
    throw new ClusterError('ERR_BLOCK_PUT', `${this.#peer} did not take all blocks`)
  }

  #ask<A, R>(method: UnaryMethod<A, R>, argument: A, options: AbortOptions = {}): Promise<R> {
    return withDeadline(MEMBER_TIMEOUT, options.signal, (signal) =>
      this.#rpc.call(this.#peer, method, argument, { signal })
    )
  }
}
