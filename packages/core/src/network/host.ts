import { totalmem } from 'node:os'
import type { Multiaddr } from '@ipfs-cluster/api'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import type { ConnectionProtector, Libp2p, Metrics, PrivateKey } from '@libp2p/interface'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import type { Libp2pOptions, ServiceFactoryMap } from 'libp2p'
import { announceFilter } from './announce-filter.ts'
import { BoundedDatastore } from './bounded-datastore.ts'
import {
  CALLS_PER_SECOND_AND_HOST,
  DEFAULT_AGENT_VERSION,
  DEFAULT_DIAL_TIMEOUT,
  DEFAULT_WATERMARKS,
  DHT_PROTOCOL,
  MAX_PENDING_CALLS,
  MAX_STREAMS
} from './defaults.ts'
import type { NetworkInit } from './interface.ts'
import { lazyTls } from './lazy-tls.ts'
import { ownAddresses } from './own-addresses.ts'
import { gossipOptions } from './pubsub/gossip-options.ts'
import type { HostServices } from './services.ts'
import { signingKey } from './signing-key.ts'
import { noteProtocolsOnce } from './thrifty-peer-store.ts'
import { thriftyYamux } from './thrifty-yamux.ts'
import { isWebSocket, webSocketTransport } from './web-socket.ts'

/** What a host is made with besides its settings. */
export interface HostComponents {
  privateKey: PrivateKey
  /** Absent: the network is open to everybody. */
  protector: ConnectionProtector | undefined
  metrics: Metrics
}

/** Most connections for each MiB of memory that connections may use, as in Go. */
const CONNECTIONS_PER_MIB = 1
const MIB = 1024 * 1024

/**
 * A libp2p host that Go peers of v1.1.6 can talk to (spec: wire 1.3). It does not listen yet.
 *
 * @param listen - addresses that can be served
 */
export async function createHost(
  init: NetworkInit,
  listen: readonly Multiaddr[],
  components: HostComponents
): Promise<Libp2p<HostServices>> {
  const { privateKey, protector, metrics } = components
  const libp2p = await createLibp2p<HostServices>({
    privateKey: signingKey(privateKey),
    start: false,
    datastore: new BoundedDatastore(),
    metrics: () => metrics,
    nodeInfo: { userAgent: init.agentVersion ?? DEFAULT_AGENT_VERSION },
    addresses: addressOptions(init, listen),
    transports: [tcp(), await webSocketTransport(listen.some(isWebSocket)), circuitRelayTransport()],
    ...(protector && { connectionProtector: () => protector }),
    connectionEncrypters: [noise(), lazyTls()],
    // Peers open streams as soon as they are connected, which may be before we are done with the connection.
    streamMuxers: [
      thriftyYamux({ maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS, maxEarlyStreams: MAX_STREAMS })
    ],
    connectionManager: connectionOptions(init),
    // Our muxer notices when a connection is dead, and peers need not be asked once more.
    connectionMonitor: { enabled: false },
    services: services(init)
  })
  noteProtocolsOnce(libp2p.peerStore, () => performance.now())
  return libp2p
}

function addressOptions(init: NetworkInit, listen: readonly Multiaddr[]): Libp2pOptions['addresses'] {
  const { announceMultiaddress = [], noAnnounceMultiaddress = [] } = init
  const mayTell = announceFilter(noAnnounceMultiaddress)
  return {
    listen: [...listen],
    announce: [...announceMultiaddress],
    announceFilter: (addresses) =>
      addresses.filter((address) => mayTell(address.toString().replace(/\/p2p\/[^/]+$/, '')))
  }
}

function connectionOptions({ resourceManager = {}, ...init }: NetworkInit): Libp2pOptions['connectionManager'] {
  const { dialPeerTimeout = DEFAULT_DIAL_TIMEOUT, connectionManager = {} } = init
  const highWater = connectionManager.highWater ?? DEFAULT_WATERMARKS.highWater
  return {
    maxConnections: Math.max(connectionLimit(resourceManager), 2 * highWater),
    inboundConnectionThreshold: CALLS_PER_SECOND_AND_HOST,
    maxIncomingPendingConnections: MAX_PENDING_CALLS,
    // Go tries all addresses of a peer at once, libp2p in JavaScript one after the other: each gets that time.
    addressDialTimeout: dialPeerTimeout,
    dialTimeout: 4 * dialPeerTimeout
  }
}

function connectionLimit(init: NonNullable<NetworkInit['resourceManager']>): number {
  const { enabled = true, memoryLimitBytes = 0, fileDescriptorsLimit = 0 } = init
  if (!enabled) return Number.MAX_SAFE_INTEGER
  const memory = memoryLimitBytes > 0 ? memoryLimitBytes : totalmem() / 4
  const byMemory = Math.floor((memory / MIB) * CONNECTIONS_PER_MIB)
  return fileDescriptorsLimit > 0 ? Math.min(byMemory, fileDescriptorsLimit) : byMemory
}

function services(init: NetworkInit): ServiceFactoryMap<HostServices> {
  return {
    identify: identify(),
    identifyPush: identifyPush(),
    ownAddresses: ownAddresses(),
    ping: ping(),
    dht: kadDHT({
      protocol: DHT_PROTOCOL,
      clientMode: false,
      allowQueryWithZeroPeers: true,
      peerInfoMapper: passthroughMapper
    }),
    pubsub: gossipsub(gossipOptions(init)),
    ...(init.enableRelayHop === true && { relay: circuitRelayServer() })
  }
}
