import { ClusterError, parseMultiaddr } from '@ipfs-cluster/api'

/** What is called over libp2p. */
export interface PeerTarget {
  /** The address as libp2p dials it. */
  readonly address: string
  /** Whom messages name: the peer, or the DNS name that stands for one. */
  readonly name: string
}

/**
 * Reads an address with a peer ID: `/ip4/10.1.2.3/tcp/9096/p2p/12D3KooW...`, or a name that stands for some:
 * `/dnsaddr/example.org`.
 *
 * @throws ClusterError `ERR_BAD_MULTIADDR`
 */
export function parsePeerTarget(address: string): PeerTarget {
  const parts = parseMultiaddr(address)
  const valueOf = (...names: string[]): string | undefined =>
    parts.find(({ protocol }) => names.includes(protocol))?.value
  const peer = valueOf('p2p', 'ipfs')
  const name = peer ?? valueOf('dnsaddr')
  if (name === undefined) throw new ClusterError('ERR_BAD_MULTIADDR', `${address} names no peer: it needs /p2p/<id>`)
  if (parts.length === 1 && peer !== undefined) {
    throw new ClusterError('ERR_BAD_MULTIADDR', 'APIAddr only includes a Peer ID')
  }
  return { address: address.replace('/ipfs/', '/p2p/'), name }
}
