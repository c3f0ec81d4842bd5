import type { PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { ComponentLogger } from '../../util/logger.ts'
import type { AbortOptions, Startable } from '../../util/startable.ts'
import type { BlockId } from '../block-id.ts'
import type { BlockReader } from '../interface.ts'
import type { ProtocolNetwork } from '../protocol-peers.ts'

/** The replica of this peer, as far as other peers are served from it. */
export interface LocalReplica {
  readonly blocks: BlockReader
  /** Blocks that no other block links. */
  readonly heads: readonly CID[]
  /** Whether everything below the heads is there. */
  readonly isComplete: boolean
  /** Those of the blocks that are part of the replica. */
  mergedOf(ids: readonly BlockId[]): Promise<ReadonlySet<BlockId>>
  /** Whether a peer may change the replica. */
  isTrusted(peer: PeerId): boolean
}

/** A peer told of its heads. */
export interface HeadsMessage {
  /** As its connection proves. */
  readonly from: PeerId
  readonly heads: readonly CID[]
}

/** Gets delta blocks from connected peers, and serves them those of this peer. */
export interface DeltaExchange extends Startable {
  /** Waits until a connected peer has the block or the signal aborts. The bytes are those that the CID names. */
  getBlock(cid: CID, options: AbortOptions & { signal: AbortSignal }): Promise<Uint8Array>
  /** Takes a block that has come before it was asked for. */
  takeAtHand(cid: CID): Uint8Array | undefined
  /**
   * Sends new blocks of this peer, the lowest first, to the peers that want to have them at once. Does not wait.
   *
   * @returns those peers, as far as nothing has to be left out for them
   */
  push(blocks: readonly Uint8Array[]): readonly PeerId[]
  /**
   * Tells of the heads of each connected peer that can be asked, and of every one that connects later; and of each new
   * block that a trusted one makes. Peers that nobody trusts are among those that are asked.
   *
   * @returns a function that ends it
   */
  onHeads(listener: (message: HeadsMessage) => void): () => void
}

/** Options of the exchange. */
export interface DeltaExchangeInit {
  /** Whether our own protocol is offered and used besides bitswap; yes when absent. */
  stretches?: boolean
}

/** What the exchange needs of the rest of a peer. */
export interface DeltaExchangeComponents {
  /** Started before the exchange is. */
  network: ProtocolNetwork
  /** The replica that is served, which itself needs the exchange: asked for when it is needed. */
  replica: () => LocalReplica
  logger: ComponentLogger
}
