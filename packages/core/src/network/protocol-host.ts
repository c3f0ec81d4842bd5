import type { Multiaddr, PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { identify } from '@libp2p/identify'
import type { Connection, Libp2p, PrivateKey, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { BoundedDatastore } from './bounded-datastore.ts'
import type { ByteStream } from './byte-stream.ts'
import { CALLS_PER_SECOND_AND_HOST, DEFAULT_AGENT_VERSION, MAX_CLIENT_STREAMS, MAX_PENDING_CALLS } from './defaults.ts'
import type { ProtocolHost, ProtocolHostInit } from './interface.ts'
import { lazyTls } from './lazy-tls.ts'
import { libp2pByteStream } from './libp2p-byte-stream.ts'
import { listenFailure } from './listen-addresses.ts'
import { isWebSocket, webSocketTransport } from './web-socket.ts'

/** A libp2p host that takes calls and makes none: no routing, no pubsub, no private network. */
export class Libp2pProtocolHost implements ProtocolHost {
  readonly peerId: PeerId
  readonly #init: ProtocolHostInit
  #libp2p: Libp2p | undefined

  constructor(init: ProtocolHostInit) {
    this.#init = init
    this.peerId = peerIdFromPrivateKey(init.privateKey).toString()
  }

  addresses(): Multiaddr[] {
    return this.#libp2p?.getMultiaddrs().map(String) ?? []
  }

  async start(): Promise<void> {
    if (this.#libp2p !== undefined) return
    const { listenMultiaddress, privateKey } = this.#init
    const libp2p = await createHost(listenMultiaddress, privateKey)
    try {
      await libp2p.start()
    } catch (err) {
      await Promise.resolve(libp2p.stop()).catch(() => {})
      throw listenFailure(err, listenMultiaddress)
    }
    this.#libp2p = libp2p
  }

  async stop(): Promise<void> {
    const libp2p = this.#libp2p
    this.#libp2p = undefined
    await libp2p?.stop()
  }

  async handle(protocol: string, handler: (stream: ByteStream, peer: PeerId) => void): Promise<() => Promise<void>> {
    const libp2p = this.#libp2p
    if (libp2p === undefined) throw new ClusterError('ERR_NOT_RUNNING', 'the libp2p host is not running')
    const take = (stream: Stream, { remotePeer }: Connection): void =>
      handler(libp2pByteStream(stream), remotePeer.toString())
    await libp2p.handle(protocol, take, { maxInboundStreams: MAX_CLIENT_STREAMS })
    return () => libp2p.unhandle(protocol)
  }
}

async function createHost(listen: readonly Multiaddr[], privateKey: PrivateKey): Promise<Libp2p> {
  return createLibp2p({
    privateKey,
    start: false,
    datastore: new BoundedDatastore(),
    nodeInfo: { userAgent: DEFAULT_AGENT_VERSION },
    addresses: { listen: [...listen] },
    transports: [tcp(), await webSocketTransport(listen.some(isWebSocket))],
    connectionEncrypters: [noise(), lazyTls()],
    // Clients open streams as soon as they are connected, which may be before we are done with the connection.
    streamMuxers: [yamux({ maxInboundStreams: MAX_CLIENT_STREAMS, maxEarlyStreams: MAX_CLIENT_STREAMS })],
    connectionManager: {
      inboundConnectionThreshold: CALLS_PER_SECOND_AND_HOST,
      maxIncomingPendingConnections: MAX_PENDING_CALLS
    },
    connectionMonitor: { enabled: false },
    services: { identify: identify(), ping: ping() }
  })
}
