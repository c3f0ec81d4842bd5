import type { Bandwidth, Multiaddr, PeerId } from '@ipfs-cluster/api'
import { ClusterError, comparePeerIds, VERSION } from '@ipfs-cluster/api'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { messageOf } from '../util/errors.ts'
import { EventBus } from '../util/event-bus.ts'
import type { Logger } from '../util/logger.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import { startAll, stopAll } from '../util/startable.ts'
import { AddressBook } from './address-book.ts'
import { BandwidthCounter } from './bandwidth.ts'
import { Bootstrapper } from './bootstrapper.ts'
import type { ByteStream } from './byte-stream.ts'
import {
  ADDRESS_TTL,
  BOOTSTRAP_TIMEOUT,
  DEFAULT_LISTEN,
  DEFAULT_WATERMARKS,
  MAX_STREAMS,
  TRIM_INTERVAL
} from './defaults.ts'
import { Dialer } from './dialer.ts'
import type { Network, NetworkComponents, NetworkEvents, NetworkInit } from './interface.ts'
import { FlowLimit } from './flow-limit.ts'
import { libp2pByteStream } from './libp2p-byte-stream.ts'
import { isServable, listenFailure } from './listen-addresses.ts'
import { Mdns } from './mdns/mdns.ts'
import { giveAddresses, loadPeerstore, savePeerstore } from './peerstore.ts'
import { splitPeer } from './peerstore-file.ts'
import type { KnownPeer } from './peerstore-file.ts'
import { GossipPubsub } from './pubsub/gossip-pubsub.ts'
import type { SecretCheck } from './secret-check.ts'
import type { HostServices } from './services.ts'
import { Trimmer } from './trimmer.ts'
import { VersionCheck } from './version-check.ts'

/** What there is while the network runs. */
interface Running {
  libp2p: Libp2p<HostServices>
  dialer: Dialer
  tasks: readonly Startable[]
}

/** How often it is tried, or said, that somebody who may not be of this cluster is there. */
const ATTEMPTS = { perSecond: 1 / 60, burst: 2 }

const now = (): number => performance.now()

/** The network over libp2p. */
export class Libp2pNetwork implements Network {
  readonly peerId: PeerId
  readonly pubsub: GossipPubsub
  readonly #components: NetworkComponents
  readonly #init: NetworkInit
  readonly #log: Logger
  readonly #events: EventBus<NetworkEvents>
  readonly #book = new AddressBook({ ttl: ADDRESS_TTL, now, random: Math.random })
  readonly #bandwidth = new BandwidthCounter(now)
  readonly #protected = new Set<PeerId>()
  /** What peers that are connected say that they speak. libp2p knows as well, but decodes it anew for whoever asks. */
  readonly #protocols = new Map<PeerId, readonly string[]>()
  readonly #versions: VersionCheck
  #running: Running | undefined

  constructor(components: NetworkComponents, init: NetworkInit) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('cluster')
    this.#events = new EventBus((err) => this.#log.error(messageOf(err)))
    this.peerId = peerIdFromPrivateKey(components.privateKey).toString()
    this.#versions = new VersionCheck({ log: this.#log, now, offers: (peer) => this.#offers(peer) })
    this.pubsub = new GossipPubsub(components.logger.forComponent('pubsub'), now)
  }

  on: Network['on'] = (name, listener) => this.#events.on(name, listener)

  get libp2p(): Libp2p<HostServices> {
    return this.#require().libp2p
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return
    const { peerAddresses = [], peerstorePath } = this.#init
    giveAddresses(this.#book, peerAddresses, this.#log)
    if (peerstorePath !== undefined) await loadPeerstore(this.#book, peerstorePath, this.#log)
    const secretCheck = await this.#secretCheck()
    const libp2p = await this.#listen(secretCheck)
    const dialer = new Dialer({ libp2p, book: this.#book, secretCheck })
    this.#running = { libp2p, dialer, tasks: this.#tasks(libp2p, dialer) }
    this.pubsub.attach(libp2p.services.pubsub)
    this.#log.info(`IPFS Cluster v${VERSION} listening on:`)
    for (const address of this.addresses()) this.#log.info(`        ${address}`)
  }

  /** Everybody who wants to hear of peers does by now. */
  async afterStart(): Promise<void> {
    await startAll(this.#running?.tasks ?? [])
  }

  /** While connections are there, so that what they say about addresses is true. */
  async beforeStop(): Promise<void> {
    this.pubsub.end()
    const { peerstorePath } = this.#init
    if (this.#running === undefined || peerstorePath === undefined) return
    for (const peer of this.connectedPeers()) this.#book.renew(peer)
    await savePeerstore(this.#book, peerstorePath, this.#log)
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    this.pubsub.detach()
    await stopAll(running.tasks)
    await running.libp2p.stop()
  }

  addresses(): Multiaddr[] {
    return this.#running?.libp2p.getMultiaddrs().map(String) ?? []
  }

  addressesOf(peers: readonly PeerId[]): Multiaddr[] {
    return peers
      .filter((peer) => peer !== this.peerId)
      .flatMap((peer) => this.#book.addressesOf(peer).map((address) => `${address}/p2p/${peer}`))
  }

  connectedPeers(): PeerId[] {
    return this.#running?.libp2p.getPeers().map(String).sort(comparePeerIds) ?? []
  }

  async protocolsOf(peer: PeerId, options: AbortOptions = {}): Promise<string[]> {
    const { libp2p } = this.#require()
    const told = this.#protocols.get(peer)
    if (told !== undefined) return [...told]
    const known = await libp2p.peerStore.get(peerIdFromString(peer), options).catch(() => undefined)
    options.signal?.throwIfAborted()
    return known?.protocols ?? []
  }

  bandwidthByProtocol(): Record<string, Bandwidth> {
    return this.#bandwidth.snapshot()
  }

  async connect(address: Multiaddr, options: AbortOptions = {}): Promise<PeerId> {
    const { dialer } = this.#require()
    const given = splitPeer(address)
    if (given?.peer === this.peerId) return this.peerId
    if (given !== undefined) this.#book.give(given.peer, given.addresses)
    const { remotePeer } = await dialer.dialAddress(address, options)
    const peer = remotePeer.toString()
    if (given === undefined) this.#book.give(peer, [address])
    return peer
  }

  protect(peer: PeerId): void {
    this.#protected.add(peer)
    this.#book.keep(peer)
    this.#book.setPriority(peer, 0)
  }

  async open(peer: PeerId, protocol: string, options: AbortOptions = {}): Promise<ByteStream> {
    const connection = await this.#require().dialer.connection(peer, options)
    return libp2pByteStream(await newStream(connection, protocol, options))
  }

  async handle(protocol: string, handler: (stream: ByteStream, peer: PeerId) => void): Promise<() => Promise<void>> {
    const { libp2p } = this.#require()
    const options = { maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS, runOnLimitedConnection: true }
    const take = (stream: Stream, { remotePeer }: Connection): void =>
      handler(libp2pByteStream(stream), remotePeer.toString())
    await libp2p.handle(protocol, take, options)
    this.#versions.require(protocol)
    return () => libp2p.unhandle(protocol)
  }

  /** @returns undefined when the peer is not connected */
  async #offers(peer: PeerId): Promise<readonly string[] | undefined> {
    const isConnected = this.#running?.libp2p.getConnections(peerIdFromString(peer)).length
    return isConnected === undefined || isConnected === 0 ? undefined : this.protocolsOf(peer)
  }

  async #secretCheck(): Promise<SecretCheck | undefined> {
    const { secret } = this.#init
    if (secret === undefined) return undefined
    const { SecretCheck } = await import('./secret-check.ts')
    const complaints = new FlowLimit<string>(ATTEMPTS, now)
    return new SecretCheck(secret, (address) => {
      const [, , host = ''] = address.split('/')
      if (!complaints.take(host, 1)) return
      this.#log.warn(`a peer at ${address} was turned away: it has another cluster secret`)
    })
  }

  /** Loads libp2p only now: who merely looks at a configuration need not wait for it. */
  async #listen(protector: SecretCheck | undefined): Promise<Libp2p<HostServices>> {
    const { createHost } = await import('./host.ts')
    const listen = this.#listenAddresses()
    const { privateKey } = this.#components
    const libp2p = await createHost(this.#init, listen, { privateKey, protector, metrics: this.#bandwidth })
    this.#watch(libp2p)
    try {
      await libp2p.start()
    } catch (err) {
      await Promise.resolve(libp2p.stop()).catch(() => {})
      throw listenFailure(err, listen)
    }
    return libp2p
  }

  #listenAddresses(): Multiaddr[] {
    const { listenMultiaddress = DEFAULT_LISTEN } = this.#init
    const skipped = listenMultiaddress.filter((address) => !isServable(address))
    if (skipped.length > 0) this.#log.debug(`not served, as only TCP and WebSocket are: ${skipped.join(', ')}`)
    return listenMultiaddress.filter(isServable)
  }

  #watch(libp2p: Libp2p<HostServices>): void {
    libp2p.addEventListener('peer:connect', ({ detail }) => {
      this.#book.renew(detail.toString())
      this.#events.emit('peer:connect', { peer: detail.toString() })
    })
    libp2p.addEventListener('peer:disconnect', ({ detail }) => {
      this.#book.renew(detail.toString())
      this.pubsub.forget(detail.toString())
      this.#protocols.delete(detail.toString())
      this.#events.emit('peer:disconnect', { peer: detail.toString() })
    })
    libp2p.addEventListener('peer:identify', ({ detail: { peerId, protocols, connection, agentVersion = '' } }) => {
      const peer = peerId.toString()
      if (connection.status === 'open' && protocols.length > 0) this.#protocols.set(peer, protocols)
      this.#versions.look({ peer, agent: agentVersion })
    })
    libp2p.addEventListener('peer:update', ({ detail: { peer } }) => {
      const addresses = peer.addresses.map(({ multiaddr }) => multiaddr.toString())
      if (peer.id.toString() !== this.peerId) this.#book.hear(peer.id.toString(), addresses)
    })
  }

  #tasks(libp2p: Libp2p<HostServices>, dialer: Dialer): Startable[] {
    const marks = { ...DEFAULT_WATERMARKS, ...this.#init.connectionManager }
    const isProtected = (peer: PeerId): boolean => this.#protected.has(peer)
    const trimmer = new Trimmer({ marks, log: this.#log, isProtected })
    trimmer.watch(libp2p)
    return [
      ...this.#localDiscovery(libp2p, dialer),
      new RepeatingTask({
        interval: TRIM_INTERVAL,
        delay: TRIM_INTERVAL,
        run: async () => trimmer.trim(libp2p),
        onError: (err) => this.#log.error(`closing connections: ${messageOf(err)}`)
      }),
      new Bootstrapper({
        book: this.#book,
        log: this.#log,
        lowWater: marks.lowWater,
        hasPriorityPeers: (this.#init.peerAddresses ?? []).length > 0,
        connectionCount: () => libp2p.getConnections().length,
        isConnected: (peer) => libp2p.getConnections(peerIdFromString(peer)).length > 0,
        dial: async (known, options) => void (await dialer.dial(known, options)),
        onReached: (peer) => this.#events.emit('peer:reached', { peer })
      })
    ]
  }

  /** Whoever is found in the local network is called; which of them are of this cluster shows then. */
  #localDiscovery(libp2p: Libp2p<HostServices>, dialer: Dialer): Startable[] {
    const { mdnsInterval = 0 } = this.#init
    if (mdnsInterval <= 0) return []
    const { peerId } = this
    const log = this.#log
    const addresses = (): Multiaddr[] =>
      libp2p.services.ownAddresses.listening().map((address) => `${address.toString()}/p2p/${peerId}`)
    const calls = new FlowLimit<PeerId>(ATTEMPTS, now)
    const onPeer = (known: KnownPeer): void => {
      const isConnected = libp2p.getConnections(peerIdFromString(known.peer)).length > 0
      if (isConnected || !calls.take(known.peer, 1)) return
      const signal = AbortSignal.timeout(BOOTSTRAP_TIMEOUT)
      dialer.dial(known, { signal }).catch((err: unknown) => log.debug(messageOf(err)))
    }
    return [new Mdns({ peerId, log, interval: mdnsInterval, addresses, onPeer })]
  }

  #require(): Running {
    if (this.#running !== undefined) return this.#running
    throw new ClusterError('ERR_NOT_RUNNING', 'the network is not running')
  }
}

/** Names of errors after which a connection is of no use. */
const DEAD_CONNECTION = new Set(['ConnectionClosedError', 'MuxerClosedError'])

async function newStream(connection: Connection, protocol: string, { signal }: AbortOptions): Promise<Stream> {
  try {
    const options = { maxOutboundStreams: MAX_STREAMS, runOnLimitedConnection: true, ...(signal && { signal }) }
    return await connection.newStream(protocol, options)
  } catch (cause) {
    signal?.throwIfAborted()
    // libp2p may keep a connection that nothing can go over any more, and would give it to every later call.
    if (cause instanceof Error && DEAD_CONNECTION.has(cause.name)) connection.abort(cause)
    const isUnknown = cause instanceof Error && cause.name === 'UnsupportedProtocolError'
    const reason = isUnknown ? `protocols not supported: [${protocol}]` : messageOf(cause)
    throw new ClusterError('ERR_PEER_UNREACHABLE', `failed to open stream: ${reason}`, { cause })
  }
}
