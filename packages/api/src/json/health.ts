import type { Bandwidth, ConnectGraph, GlobalRepoGc, IpfsRepoGc, IpfsRepoStat, RepoGc } from '../health.ts'
import { bigInteger, boolean, field, float, list, nullable, optional, record, struct, text } from './codec.ts'
import type { JsonCodec } from './codec.ts'
import { document } from './document.ts'
import { peerId } from './kinds/address.ts'
import { cid } from './kinds/cid.ts'

export const connectGraphCodec: JsonCodec<ConnectGraph> = struct<ConnectGraph>({
  clusterId: field('cluster_id', peerId),
  idToPeername: field('id_to_peername', record(text)),
  ipfsLinks: field('ipfs_links', record(list(peerId))),
  clusterLinks: field('cluster_links', record(list(peerId))),
  clusterTrustLinks: field('cluster_trust_links', record(boolean)),
  clusterToIpfs: field('cluster_to_ipfs', record(peerId))
})

const bandwidthCodec: JsonCodec<Bandwidth> = struct<Bandwidth>({
  totalIn: field('total_in', bigInteger),
  totalOut: field('total_out', bigInteger),
  rateIn: field('rate_in', float),
  rateOut: field('rate_out', float)
})

export const bandwidthByProtocolCodec: JsonCodec<Record<string, Bandwidth>> = record(bandwidthCodec)

// The key carries `omitempty` in the Go release, to no effect: Go never leaves out a struct.
const ipfsRepoGcCodec: JsonCodec<IpfsRepoGc> = struct<IpfsRepoGc>({
  key: field('key', nullable(cid)),
  error: optional('error', text)
})

export const repoGcCodec: JsonCodec<RepoGc> = struct<RepoGc>({
  peer: field('peer', peerId),
  peername: field('peername', text),
  keys: field('keys', list(ipfsRepoGcCodec)),
  error: optional('error', text)
})

export const globalRepoGcCodec: JsonCodec<GlobalRepoGc> = struct<GlobalRepoGc>({
  peerMap: field('peer_map', record(repoGcCodec))
})

export const ipfsRepoStatCodec: JsonCodec<IpfsRepoStat> = struct<IpfsRepoStat>({
  repoSize: field('RepoSize', bigInteger),
  storageMax: field('StorageMax', bigInteger)
})

export const { toJSON: connectGraphToJSON, fromJSON: connectGraphFromJSON } = document(connectGraphCodec)
export const { toJSON: bandwidthByProtocolToJSON, fromJSON: bandwidthByProtocolFromJSON } =
  document(bandwidthByProtocolCodec)
export const { toJSON: repoGcToJSON, fromJSON: repoGcFromJSON } = document(repoGcCodec)
export const { toJSON: globalRepoGcToJSON, fromJSON: globalRepoGcFromJSON } = document(globalRepoGcCodec)
export const { toJSON: ipfsRepoStatToJSON, fromJSON: ipfsRepoStatFromJSON } = document(ipfsRepoStatCodec)
