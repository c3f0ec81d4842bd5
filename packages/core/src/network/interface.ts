import type { Bandwidth, Multiaddr, PeerId } from '@ipfs-cluster/api'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import type { EventSource } from '../util/event-bus.ts'
import type { ComponentLogger } from '../util/logger.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import type { ByteStream } from './byte-stream.ts'
import type { Pubsub } from './pubsub/interface.ts'

/** What happens between this peer and others. */
export interface NetworkEvents {
  /** The first connection to a peer. */
  'peer:connect': { peer: PeerId }
  /** The last connection to a peer is gone. */
  'peer:disconnect': { peer: PeerId }
  /** We have called a peer that we knew of, and it is there: it counts as a member before it says so itself. */
  'peer:reached': { peer: PeerId }
}

/** The libp2p host of a peer: how peers find one another, connect, and talk. */
export interface Network extends Startable, EventSource<NetworkEvents> {
  readonly peerId: PeerId
  readonly pubsub: Pubsub
  /**
   * The host itself, for protocols that come as libp2p services, such as bitswap.
   *
   * @throws ClusterError `ERR_NOT_RUNNING` before the start and after the stop
   */
  readonly libp2p: Libp2p

  /** Own addresses, each ending in `/p2p/<id>`. */
  addresses(): Multiaddr[]
  /** Known addresses of other peers, each ending in `/p2p/<id>`; nothing of this peer. */
  addressesOf(peers: readonly PeerId[]): Multiaddr[]
  /** Peers with an open connection, in the order of their IDs. */
  connectedPeers(): PeerId[]
  /** Protocols that a peer offers, as far as it has told; empty when it is not known. */
  protocolsOf(peer: PeerId, options?: AbortOptions): Promise<string[]>
  bandwidthByProtocol(): Record<string, Bandwidth>

  /**
   * Connects to an address and remembers it as long as this peer runs.
   *
   * @returns who answered there
   * @throws ClusterError `ERR_WRONG_SECRET`, `ERR_BAD_MULTIADDR`, or `ERR_PEER_UNREACHABLE` with the cause
   */
  connect(address: Multiaddr, options?: AbortOptions): Promise<PeerId>

  /** Keeps connections to a peer even when there are too many, and calls it before others after a start. */
  protect(peer: PeerId): void

  /**
   * Opens a stream to a peer, over a connection that there is or a new one. Other peers are asked for addresses when
   * none is known, or none of those that are answers.
   *
   * @throws ClusterError `ERR_PEER_UNREACHABLE`, or `ERR_WRONG_SECRET`
   */
  open(peer: PeerId, protocol: string, options?: AbortOptions): Promise<ByteStream>

  /**
   * Takes the streams that other peers open. The handler gets the peer as its connection proves it.
   *
   * @returns a function that stops taking streams
   */
  handle(protocol: string, handler: (stream: ByteStream, peer: PeerId) => void): Promise<() => Promise<void>>
}

/**
 * A libp2p host with an identity of its own, open to whoever can reach it: for a protocol that clients speak rather than
 * peers of the cluster.
 */
export interface ProtocolHost extends Startable, Pick<Network, 'peerId' | 'addresses' | 'handle'> {
  /** @throws ClusterError `ERR_LISTEN` */
  start(): Promise<void>
  stop(): Promise<void>
}

export interface ProtocolHostInit {
  privateKey: PrivateKey
  /** Where clients connect: TCP, or WebSocket above it. */
  listenMultiaddress: readonly Multiaddr[]
}

/** What the network needs of the rest of a peer. */
export interface NetworkComponents {
  privateKey: PrivateKey
  logger: ComponentLogger
}

/** How the mesh behaves through which messages go: `cluster.pubsub` of service.json. */
export interface PubsubInit {
  /** Milliseconds between two looks after the mesh. */
  heartbeatInterval?: number
  /** Multiplies the number of neighbours in the mesh. */
  dFactor?: number
  /** Heartbeats during which a message is offered to peers outside the mesh. */
  historyGossip?: number
  /** Heartbeats during which a message can be asked for. */
  historyLength?: number
  /** Whether own messages go to all known peers rather than to the mesh. */
  floodPublish?: boolean
}

/** Settings of the network: those of the section `cluster` of service.json that concern it. Times in milliseconds. */
export interface NetworkInit {
  /** The secret of the cluster, 32 bytes; absent: whoever can connect is a peer. */
  secret?: Uint8Array | undefined
  /** Where others connect. Only TCP and WebSocket are served, what else is named is passed over as in Go. */
  listenMultiaddress?: readonly Multiaddr[]
  /** Told to others in place of the addresses that were found. */
  announceMultiaddress?: readonly Multiaddr[]
  /** Never told to others: whole addresses, or masks such as `/ip4/10.0.0.0/ipcidr/8`. */
  noAnnounceMultiaddress?: readonly Multiaddr[]
  /** Whether this peer relays between others. */
  enableRelayHop?: boolean
  connectionManager?: { highWater?: number; lowWater?: number; gracePeriod?: number }
  /** How many connections this machine may have to bear. */
  resourceManager?: { enabled?: boolean; memoryLimitBytes?: number; fileDescriptorsLimit?: number }
  pubsub?: PubsubInit
  /** How long one address may take to answer. */
  dialPeerTimeout?: number
  /** Time between two questions to the local network; 0: it is not asked for peers. */
  mdnsInterval?: number
  /** Called first, each ending in `/p2p/<id>`. */
  peerAddresses?: readonly Multiaddr[]
  /** File with the addresses of peers, read at the start and written at the stop; none: nothing is kept. */
  peerstorePath?: string
  /** Takes no part in the exchange of peers through pubsub. */
  followerMode?: boolean
  /** What others see as the program of this peer. */
  agentVersion?: string
}
