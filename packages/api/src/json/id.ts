import type { Id, IpfsId } from '../id.ts'
import { field, list, nullable, optional, struct, text } from './codec.ts'
import type { JsonCodec } from './codec.ts'
import { document } from './document.ts'
import { multiaddr, peerId } from './kinds/address.ts'

export const ipfsIdCodec: JsonCodec<IpfsId> = struct<IpfsId>({
  id: optional('id', peerId),
  addresses: field('addresses', nullable(list(multiaddr))),
  error: field('error', text)
})

export const idCodec: JsonCodec<Id> = struct<Id>({
  id: field('id', peerId),
  addresses: field('addresses', nullable(list(multiaddr))),
  clusterPeers: field('cluster_peers', nullable(list(peerId))),
  clusterPeersAddresses: field('cluster_peers_addresses', nullable(list(multiaddr))),
  version: field('version', text),
  commit: field('commit', text),
  rpcProtocolVersion: field('rpc_protocol_version', text),
  error: field('error', text),
  ipfs: field('ipfs', ipfsIdCodec),
  peername: field('peername', text)
})

export const { toJSON: idToJSON, fromJSON: idFromJSON, toLine: encodeIdLine } = document(idCodec)
export const { toJSON: ipfsIdToJSON, fromJSON: ipfsIdFromJSON } = document(ipfsIdCodec)
