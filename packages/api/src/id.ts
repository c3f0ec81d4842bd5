import type { Multiaddr, PeerId } from './peer.ts'

/** The IPFS node of a peer. */
export interface IpfsId {
  /** Empty when the node could not be asked. */
  id: PeerId
  addresses: Multiaddr[] | null
  error: string
}

/** Who a peer is and whom it sees. */
export interface Id {
  id: PeerId
  /** Listen addresses, each ending in `/p2p/<id>`. */
  addresses: Multiaddr[] | null
  /** Members of the cluster as this peer sees them, itself included. */
  clusterPeers: PeerId[] | null
  /** Known addresses of the other members. */
  clusterPeersAddresses: Multiaddr[] | null
  version: string
  /** Always empty, as in the Go release. */
  commit: string
  rpcProtocolVersion: string
  /** Why the peer could not be asked; all other fields but `id` are empty then. */
  error: string
  ipfs: IpfsId
  peername: string
}
