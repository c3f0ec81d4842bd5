import type { Alert, Metric, Multiaddr, PeerId } from '@ipfs-cluster/api'

/** The metrics of the members of the cluster, this peer included. */
export interface ClusterMetrics {
  /** The newest metric of each peer, by peer ID; only those that are valid and have not expired. */
  latest(name: string): Metric[]
  names(): string[]
  /** Metrics that expired without a successor, newest first. */
  alerts(): Alert[]
}

/** What a peer publishes of itself under the name `ping`. */
export interface PingValue {
  peername: string
  ipfsId: PeerId
  ipfsAddresses: Multiaddr[]
}

/** What is known of a peer that has published nothing. */
const UNKNOWN: PingValue = { peername: '', ipfsId: '', ipfsAddresses: [] }

/** The text form of a ping; empty parts are left out (spec: wire 5). */
export function formatPing({ peername, ipfsId, ipfsAddresses }: PingValue): string {
  return JSON.stringify({
    ...(peername !== '' && { peer_name: peername }),
    ...(ipfsId !== '' && { ipfs_id: ipfsId }),
    ...(ipfsAddresses.length > 0 && { ipfs_addresses: ipfsAddresses })
  })
}

/** Reads a ping of another peer, which may send anything. */
export function parsePing(text: string): PingValue {
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null
    const { peer_name: peername, ipfs_id: ipfsId, ipfs_addresses: addresses } = value ?? {}
    return {
      peername: typeof peername === 'string' ? peername : '',
      ipfsId: typeof ipfsId === 'string' ? ipfsId : '',
      ipfsAddresses: Array.isArray(addresses) ? addresses.filter((each) => typeof each === 'string') : []
    }
  } catch {
    return UNKNOWN
  }
}

/** The last ping of a peer. */
export function pingOf(metrics: ClusterMetrics, peer: PeerId): PingValue {
  const metric = metrics.latest('ping').find((each) => each.peer === peer)
  return metric === undefined ? UNKNOWN : parsePing(metric.value)
}
