import { parseMultiaddr, parsePeerId } from '@ipfs-cluster/api'
import type { Multiaddr, PeerId } from '@ipfs-cluster/api'

/** An address of a peer, given on the command line. */
export interface PeerAddress {
  readonly address: Multiaddr
  /** The peer at the end of the address; undefined when it does not say. */
  readonly peer: PeerId | undefined
}

/**
 * Reads one address of a peer.
 *
 * @throws ClusterError `ERR_BAD_MULTIADDR`
 */
export function readPeerAddress(address: Multiaddr): PeerAddress {
  const last = parseMultiaddr(address).at(-1)
  const named = last?.protocol === 'p2p' || last?.protocol === 'ipfs'
  return { address, peer: named ? parsePeerId(last.value) : undefined }
}

/** The peers that addresses name, each once. */
export function peersOf(addresses: readonly PeerAddress[]): PeerId[] {
  return [...new Set(addresses.flatMap(({ peer }) => (peer === undefined ? [] : [peer])))]
}
