import type { PeerId } from '@ipfs-cluster/api'
import type { AbortOptions } from '../../util/startable.ts'

/** A message that some peer has published. */
export interface PubsubMessage {
  /** Who signed it. It may have come by way of others. */
  readonly from: PeerId
  readonly data: Uint8Array
}

/** Messages of one name, to all peers that want them. */
export interface Topic {
  readonly name: string

  /**
   * Sends to the other peers that subscribe, which may be none.
   *
   * @throws ClusterError `ERR_BAD_REQUEST` when the message is larger than peers accept, `ERR_NOT_RUNNING`
   */
  publish(data: Uint8Array, options?: AbortOptions): Promise<void>

  /**
   * Subscribes until the returned function is called. The handler hears what others publish, and returns at once.
   *
   * @param accept - whether messages that this peer signed may be believed; those that may not are not passed on to
   *   other peers either. All may when absent.
   */
  subscribe(handler: (message: PubsubMessage) => void, accept?: (from: PeerId) => boolean): () => void

  /** Peers that want the messages of this topic, of those that are connected. */
  subscribers(): PeerId[]

  /** Tells when a peer has subscribed. It misses what is published before the mesh knows it, so a greeting helps. */
  onSubscriber(listener: (peer: PeerId) => void): () => void
}

/** Publishing and hearing by topic. */
export interface Pubsub {
  topic(name: string): Topic
}
