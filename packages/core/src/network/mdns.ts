import type { PeerDiscovery } from '@libp2p/interface'
import type { MulticastDNSComponents } from '@libp2p/mdns'
import { mdns } from '@libp2p/mdns'

/** The name by which peers of any cluster find one another in a local network (spec: wire 1.5). */
const SERVICE = '_ipfs-cluster-discovery._udp.local'

/** Finds peers of the local network. Which of them are of this cluster shows when they are called. */
export function clusterMdns(): (components: MulticastDNSComponents) => PeerDiscovery {
  return mdns({ serviceTag: SERVICE })
}
