import type { AddParams, PeerId } from '@ipfs-cluster/api'
import { UNDEFINED_CID } from '@ipfs-cluster/api'
import { ipfsSink } from '../adder/ipfs-sink.ts'
import type { BlockSink } from '../adder/interface.ts'
import type { AbortOptions } from '../util/startable.ts'
import { BlockSinks } from './block-sinks.ts'
import type { Member } from './members.ts'
import type { ClusterMetrics } from './metrics.ts'
import type { Pinning } from './pinning.ts'

/** What an add needs to know where its blocks go. */
export interface AddingComponents {
  peerId: PeerId
  pinning: Pick<Pinning, 'allocate'>
  metrics: ClusterMetrics
  member(peer: PeerId): Member
}

/** Decides which peers get the content of an add, and opens the way to them. */
export async function openSink(
  components: AddingComponents,
  params: AddParams,
  options: AbortOptions
): Promise<BlockSink> {
  const { peerId } = components
  const allocations = await destinations(components, params, options)
  const local = params.local || (allocations.length === 1 && allocations[0] === peerId)
  const peers = local ? [peerId] : allocations
  const sinks = peers.map((peer) => ipfsSink({ allocations })({ ipfs: components.member(peer) }))
  const [only] = sinks
  return sinks.length === 1 && only !== undefined ? only : new BlockSinks(sinks, allocations)
}

/** With `local`, this peer is one of them unless the user named others: it has the blocks already then. */
async function destinations(
  { peerId, pinning, metrics }: AddingComponents,
  params: AddParams,
  options: AbortOptions
): Promise<readonly PeerId[]> {
  const allocated = await pinning.allocate(params, UNDEFINED_CID, options)
  const peers = allocated.length > 0 ? allocated : livePeers(metrics, peerId)
  const asked = (params.userAllocations ?? []).length > 0
  return params.local && !asked && !peers.includes(peerId) ? [...peers.slice(0, -1), peerId] : peers
}

/** All peers, when the content goes to all of them; at least the one that does the work. */
function livePeers(metrics: ClusterMetrics, peerId: PeerId): readonly PeerId[] {
  const peers = metrics.latest('ping').map(({ peer }) => peer)
  return peers.length > 0 ? peers : [peerId]
}
