import type { PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Datastore } from '../../datastore/index.ts'
import type { ComponentLogger } from '../../util/logger.ts'
import type { AbortOptions } from '../../util/startable.ts'
import type { ConsensusHooks } from '../interface.ts'
import type { BatchingOptions } from './batcher.ts'

/** Where blocks of other replicas come from. */
export interface DeltaSource {
  /**
   * Gets a block from whichever peer has it; waits until one does or the signal aborts.
   *
   * @returns bytes that may be wrong: they are checked against the CID
   */
  getBlock(cid: CID, options: AbortOptions & { signal: AbortSignal }): Promise<Uint8Array>
  /**
   * Takes a block that is here already, because the source foresaw that it would be asked for.
   *
   * @returns bytes that may be wrong, as with {@link getBlock}
   */
  takeAtHand?(cid: CID): Uint8Array | undefined
  /**
   * Sends new blocks of this replica, the lowest first, to those that want to have them at once. Does not wait.
   *
   * @returns whom they were sent to
   */
  push?(blocks: readonly Uint8Array[]): readonly PeerId[]
  /**
   * Tells of the heads of other replicas when they come in reach, so that nobody has to wait until they are told of on
   * the topic. Absent: they are not known.
   *
   * @returns a function that ends it
   */
  onHeads?(listener: (message: { readonly from: PeerId; readonly heads: readonly CID[] }) => void): () => void
}

/** A message of the topic of the cluster. */
export interface BroadcastMessage {
  /** Who signed it. */
  readonly from: PeerId
  readonly data: Uint8Array
}

/** The topic on which replicas tell each other of their heads; its name is `crdtTopic(clusterName)`. */
export interface Broadcaster {
  /** Sends to all other peers of the topic. Need not reach any of them: everything is sent again. */
  publish(data: Uint8Array, options?: AbortOptions): Promise<void>
  /**
   * Subscribes until the returned function is called. The handler returns at once.
   *
   * @param accept - whether a message may be believed and forwarded; messages it refuses are not given to the handler
   */
  subscribe(handler: (message: BroadcastMessage) => void, accept: (from: PeerId) => boolean): () => void
  /**
   * Tells when a replica has subscribed, which has missed what was said before. Absent: it is not known.
   *
   * @returns a function that ends it
   */
  onSubscriber?(listener: (peer: PeerId) => void): () => void
  /** Those connected peers that listen. Absent: it is not known. */
  subscribers?(): readonly PeerId[]
}

/** Who is in the cluster, as far as this peer can tell: those with a live metric of the configured name. */
export interface Members {
  members(metric: string, options?: AbortOptions): Promise<readonly PeerId[]> | readonly PeerId[]
}

/** Options of the CRDT consensus, named as in `service.json`. */
export interface CrdtInit {
  /** Whom this peer lets change its pinset, besides itself; `*` is everybody who knows the secret. Nobody when absent. */
  trustedPeers?: readonly PeerId[]
  /**
   * Makes fewer and larger deltas by letting changes wait. Off when absent or when a number is 0, which is the better
   * choice: changes that come while another one is written share a delta anyway.
   */
  batching?: BatchingOptions
  /** Milliseconds between attempts to get what is missing; 0: never. One hour when absent. */
  repairInterval?: number
  /** Milliseconds between rebroadcasts of heads that nobody spoke of. One minute when absent. */
  rebroadcastInterval?: number
  /** Whoever has a live metric of this name is a peer; `ping` when absent. */
  peersetMetric?: string
  /** In front of the keys in the datastore; `/c` when absent. */
  datastoreNamespace?: string
}

/** What the CRDT consensus needs of the rest of a peer. */
export interface CrdtComponents {
  /** This peer. */
  peerId: PeerId
  /** Open while the consensus runs. */
  datastore: Datastore
  hooks: ConsensusHooks
  logger: ComponentLogger
  /** Absent: this peer is the only one. */
  members?: Members
  /** Absent: nobody is told of changes, nor tells of any. */
  broadcaster?: Broadcaster
  /** Hears that the files of the datastore are damaged, so that it cannot be relied upon. */
  onDamage?(error: Error): void
  /** Absent: blocks of other peers cannot be had. */
  deltas?: DeltaSource
}
