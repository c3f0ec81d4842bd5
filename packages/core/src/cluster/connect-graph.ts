import type { ConnectGraph, Id, PeerId } from '@ipfs-cluster/api'
import type { AbortOptions } from '../util/startable.ts'
import type { Member } from './members.ts'

/** What the graph is drawn from. */
export interface ConnectGraphSources {
  peerId: PeerId
  members: readonly PeerId[]
  member(peer: PeerId): Member
  isTrusted(peer: PeerId): boolean
}

/** Who is connected to whom. A member that cannot be asked has no links, and is missing among the IPFS nodes. */
export async function drawConnectGraph(sources: ConnectGraphSources, options: AbortOptions): Promise<ConnectGraph> {
  const graph: ConnectGraph = {
    clusterId: sources.peerId,
    idToPeername: {},
    ipfsLinks: {},
    clusterLinks: {},
    clusterTrustLinks: {},
    clusterToIpfs: {}
  }
  for (const peer of sources.members) {
    graph.clusterTrustLinks[peer] = sources.isTrusted(peer)
    graph.clusterLinks[peer] = []
  }
  await Promise.all(sources.members.map((peer) => addMember(graph, peer, sources.member(peer), options)))
  return graph
}

async function addMember(graph: ConnectGraph, peer: PeerId, member: Member, options: AbortOptions): Promise<void> {
  try {
    const own = await addClusterLinks(graph, peer, member, options)
    if (own === undefined || own.ipfs.error !== '' || own.ipfs.id === '') return
    graph.clusterToIpfs[peer] = own.ipfs.id
    graph.ipfsLinks[own.ipfs.id] = []
    graph.ipfsLinks[own.ipfs.id] = await member.swarmPeers(options)
  } catch {
    options.signal?.throwIfAborted()
  }
}

/** @returns what the member says of itself */
async function addClusterLinks(
  graph: ConnectGraph,
  peer: PeerId,
  member: Member,
  options: AbortOptions
): Promise<Id | undefined> {
  let own: Id | undefined
  const links: PeerId[] = []
  for await (const id of member.peers(options)) {
    if (id.error !== '') continue
    if (id.id === peer) own = id
    else links.push(id.id)
  }
  graph.clusterLinks[peer] = links
  graph.idToPeername[peer] = own?.peername ?? ''
  return own
}
