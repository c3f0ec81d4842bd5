import type { Metric } from '@ipfs-cluster/api'

/** In the order of their bytes. */
export const PEERS = [
  '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq',
  '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
].sort() as [string, string]

export function metricOf(parts: Partial<Metric> = {}): Metric {
  return {
    name: 'ping',
    peer: PEERS[0],
    value: '',
    expire: 100n,
    valid: true,
    weight: 0n,
    partitionable: false,
    receivedAt: 0n,
    ...parts
  }
}
