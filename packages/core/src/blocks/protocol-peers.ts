import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { Connection, Libp2p, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import type { ByteStream } from '../network/byte-stream.ts'
import { libp2pByteStream } from '../network/libp2p-byte-stream.ts'
import { toError } from '../util/errors.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'

/** What is used of the libp2p host of a peer. */
export interface ProtocolNetwork {
  readonly libp2p: Pick<
    Libp2p,
    | 'handle'
    | 'unhandle'
    | 'register'
    | 'unregister'
    | 'getConnections'
    | 'getPeers'
    | 'peerStore'
    | 'addEventListener'
    | 'removeEventListener'
  >
}

/** A protocol that is spoken with connected peers, and who hears of it. */
export interface ProtocolPeersInit {
  network: ProtocolNetwork
  /** Versions of the protocol, the preferred one first. */
  protocols: readonly string[]
  /** Streams that one peer may have open to us. */
  maxStreams: number
  /** A stream that another peer has opened. Must not throw. */
  onStream(stream: ByteStream, peer: PeerId, protocol: string): void
  /** A peer that offers the protocol is connected. May come more than once. */
  onConnect(peer: PeerId): void
  onDisconnect(peer: PeerId): void
}

/**
 * The connected peers that offer a protocol, as identify has told or because they spoke it to us before that. Never
 * calls a peer that is not connected.
 */
export class ProtocolPeers implements Startable {
  readonly #init: ProtocolPeersInit
  readonly #peers = new Map<PeerId, Libp2pPeerId>()
  readonly #onDisconnect = ({ detail }: CustomEvent<Libp2pPeerId>): void => this.#remove(detail)
  #topologies: string[] = []

  constructor(init: ProtocolPeersInit) {
    this.#init = init
  }

  has(peer: PeerId): boolean {
    return this.#peers.has(peer)
  }

  /** Peers in the order in which they came. */
  all(): PeerId[] {
    return [...this.#peers.keys()]
  }

  async start(): Promise<void> {
    if (this.#topologies.length > 0) return
    const { protocols, maxStreams } = this.#init
    const { libp2p } = this.#init.network
    const topology = { onConnect: (peer: Libp2pPeerId) => this.#add(peer) }
    libp2p.addEventListener('peer:disconnect', this.#onDisconnect)
    this.#topologies = await Promise.all(protocols.map((protocol) => libp2p.register(protocol, topology)))
    await libp2p.handle([...protocols], (stream, connection) => this.#take(stream, connection), {
      maxInboundStreams: maxStreams
    })
    await Promise.all(libp2p.getPeers().map((peer) => this.#addIfOffers(peer)))
  }

  async stop(): Promise<void> {
    const topologies = this.#topologies.splice(0)
    if (topologies.length === 0) return
    const { libp2p } = this.#init.network
    for (const id of topologies) libp2p.unregister(id)
    libp2p.removeEventListener('peer:disconnect', this.#onDisconnect)
    for (const peer of this.#peers.keys()) this.#init.onDisconnect(peer)
    this.#peers.clear()
    await libp2p.unhandle([...this.#init.protocols])
  }

  /**
   * Opens a stream over a connection that there is.
   *
   * @throws ClusterError `ERR_PEER_UNREACHABLE` when the peer is not connected
   */
  async open(peer: PeerId, options: AbortOptions): Promise<{ stream: ByteStream; protocol: string }> {
    const id = this.#peers.get(peer)
    const connections = id === undefined ? [] : this.#init.network.libp2p.getConnections(id)
    const connection = connections.find(({ status, limits }) => status === 'open' && limits === undefined)
    if (connection === undefined) throw new ClusterError('ERR_PEER_UNREACHABLE', `there is no connection to ${peer}`)
    const stream = await connection.newStream([...this.#init.protocols], options)
    return { stream: libp2pByteStream(stream), protocol: stream.protocol }
  }

  #take(stream: Stream, { remotePeer, status }: Connection): void {
    const bytes = libp2pByteStream(stream)
    const peer = remotePeer.toString()
    if (this.#topologies.length === 0 || status !== 'open') {
      bytes.abort(new Error('this peer does not take the stream'))
      return
    }
    if (!this.#peers.has(peer)) this.#add(remotePeer)
    this.#init.onStream(bytes, peer, stream.protocol)
  }

  /** A peer that was connected before we started has told already what it offers. */
  async #addIfOffers(peer: Libp2pPeerId): Promise<void> {
    try {
      const { protocols } = await this.#init.network.libp2p.peerStore.get(peer)
      if (this.#init.protocols.some((protocol) => protocols.includes(protocol))) this.#add(peer)
    } catch (err) {
      // Not known yet: its identify is still to come.
      if (toError(err).name !== 'NotFoundError') throw err
    }
  }

  #add(peer: Libp2pPeerId): void {
    if (this.#topologies.length === 0) return
    this.#peers.set(peer.toString(), peer)
    this.#init.onConnect(peer.toString())
  }

  /** libp2p may tell of a lost connection when there is a new one already. */
  #remove(peer: Libp2pPeerId): void {
    if (this.#init.network.libp2p.getConnections(peer).length > 0) return
    if (this.#peers.delete(peer.toString())) this.#init.onDisconnect(peer.toString())
  }
}
