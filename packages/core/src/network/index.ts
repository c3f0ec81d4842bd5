/**
 * @packageDocumentation
 *
 * The libp2p host of a peer: the private network of the cluster, how its peers find one another, and the messages that
 * go to all of them. Speaks with peers of the Go release v1.1.6.
 *
 * @example
 * const net = network({ secret, listenMultiaddress: ['/ip4/0.0.0.0/tcp/9096'] })({ privateKey, logger })
 * await startAll([net])
 * net.pubsub.topic('monitor.metrics').subscribe(({ from, data }) => console.log(from, data.length))
 * const peer = await net.connect('/ip4/10.0.0.2/tcp/9096/p2p/12D3KooW...')
 * const stream = await net.open(peer, '/ipfscluster/1.0/rpc')
 */
import type { Network, NetworkComponents, NetworkInit, ProtocolHost, ProtocolHostInit } from './interface.ts'
import { Libp2pNetwork } from './network.ts'

export type { ByteStream } from './byte-stream.ts'
export type * from './interface.ts'
export { messageId } from './message-id.ts'
export { formatPeerstore, parsePeerstore, splitPeer } from './peerstore-file.ts'
export type { KnownPeer } from './peerstore-file.ts'
export { swarmKey } from './psk.ts'
export type { Pubsub, PubsubMessage, Topic } from './pubsub/interface.ts'
export { connectionsToTrim } from './watermarks.ts'
export type { OpenConnection, Watermarks } from './watermarks.ts'

/** The network of a peer. */
export function network(init: NetworkInit = {}): (components: NetworkComponents) => Network {
  return (components) => new Libp2pNetwork(components, init)
}

/** A host beside the network of the peer. libp2p is loaded with it. */
export async function protocolHost(init: ProtocolHostInit): Promise<ProtocolHost> {
  const { Libp2pProtocolHost } = await import('./protocol-host.ts')
  return new Libp2pProtocolHost(init)
}
