import type { CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { GossipSub } from '@libp2p/gossipsub'
import type { Identify, IdentifyPush } from '@libp2p/identify'
import type { KadDHT } from '@libp2p/kad-dht'
import type { Ping } from '@libp2p/ping'
import type { OwnAddresses } from './own-addresses.ts'

/** The protocols that every host of a peer speaks. */
export interface HostServices {
  [name: string]: unknown
  identify: Identify
  identifyPush: IdentifyPush
  ownAddresses: OwnAddresses
  ping: Ping
  dht: KadDHT
  pubsub: GossipSub
  relay?: CircuitRelayService
}
