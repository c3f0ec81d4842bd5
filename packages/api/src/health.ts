import type { CID } from 'multiformats/cid'
import type { PeerId } from './peer.ts'

/** Who is connected to whom, between peers and their IPFS nodes. */
export interface ConnectGraph {
  clusterId: PeerId
  idToPeername: Record<PeerId, string>
  ipfsLinks: Record<PeerId, PeerId[]>
  clusterLinks: Record<PeerId, PeerId[]>
  clusterTrustLinks: Record<PeerId, boolean>
  clusterToIpfs: Record<PeerId, PeerId>
}

/** Bytes and bytes per second of one protocol. */
export interface Bandwidth {
  totalIn: bigint
  totalOut: bigint
  rateIn: number
  rateOut: number
}

/** One key that garbage collection removed, or failed to. */
export interface IpfsRepoGc {
  key: CID | null
  error: string
}

/** Garbage collection on one peer. */
export interface RepoGc {
  peer: PeerId
  peername: string
  keys: IpfsRepoGc[]
  error: string
}

/** Garbage collection on every peer. */
export interface GlobalRepoGc {
  peerMap: Record<PeerId, RepoGc>
}

/** Size of an IPFS repository in bytes. */
export interface IpfsRepoStat {
  repoSize: bigint
  storageMax: bigint
}
