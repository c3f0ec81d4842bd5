import type { Multiaddr, PeerId } from '@ipfs-cluster/api'
import type { PrivateKey } from '@libp2p/interface'
import type { DeltaExchange, LocalReplica } from '../blocks/deltas/index.ts'
import { deltaExchange } from '../blocks/deltas/index.ts'
import type { Broadcaster } from '../consensus/crdt/index.ts'
import { crdtTopic } from '../consensus/crdt/index.ts'
import type { Network, NetworkInit, Topic } from '../network/index.ts'
import { network } from '../network/index.ts'
import { marksTopic } from '../repair/index.ts'
import type { RpcClient } from '../rpc/index.ts'
import { EXTENSION_PROTOCOL, rpcClient } from '../rpc/index.ts'
import type { ComponentLogger } from '../util/logger.ts'
import type { ClusterNetwork } from './members.ts'
import type { Extensions } from './remote-member.ts'
import { RemoteMember } from './remote-member.ts'

/** The settings that make a peer one of several. */
export interface ConnectionsInit extends NetworkInit {
  privateKey: PrivateKey
  /** Peers of one name hear each other's changes, `consensus.crdt.cluster_name`. */
  clusterName: string
  /** Peers to join when this one has started. */
  bootstrap?: readonly Multiaddr[]
}

/** What the connections need of the rest of a peer. */
export interface ConnectionsComponents {
  logger: ComponentLogger
  peerId: PeerId
  replica: () => LocalReplica
}

/** All ways from this peer to the others. */
export interface Connections {
  readonly network: Network
  readonly deltas: DeltaExchange
  readonly broadcaster: Broadcaster
  /** On which peers tell each other what was said about them. */
  readonly marksTopic: Topic
  readonly rpc: RpcClient
  readonly members: ClusterNetwork
}

/** Makes the ways to the other peers; `network` and `deltas` are to be started, in this order. */
export function openConnections(
  init: ConnectionsInit,
  { logger, peerId, replica }: ConnectionsComponents
): Connections {
  const net = network(init)({ privateKey: init.privateKey, logger })
  const rpc = rpcClient()({ peerId, network: net })
  const extensions: Extensions = {
    rpc: rpcClient({ protocol: EXTENSION_PROTOCOL })({ peerId, network: net }),
    offeredBy: async (peer, options) => (await net.protocolsOf(peer, options)).includes(EXTENSION_PROTOCOL)
  }
  return {
    network: net,
    deltas: deltaExchange()({ network: net, logger, replica }),
    broadcaster: net.pubsub.topic(crdtTopic(init.clusterName)),
    marksTopic: net.pubsub.topic(marksTopic(init.clusterName)),
    rpc,
    members: {
      member: (peer) => new RemoteMember(rpc, peer, extensions),
      addresses: () => net.addresses(),
      addressesOf: (peers) => net.addressesOf(peers),
      bandwidthByProtocol: () => net.bandwidthByProtocol()
    }
  }
}
