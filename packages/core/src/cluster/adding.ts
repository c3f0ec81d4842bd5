import type { AddParams, PeerId } from '@ipfs-cluster/api'
import { ClusterError, UNDEFINED_CID } from '@ipfs-cluster/api'
import { ipfsSink } from '../adder/ipfs-sink.ts'
import type { BlockSink, SinkOptions } from '../adder/interface.ts'
import type { Logger } from '../util/logger.ts'
import { messageOf } from '../util/errors.ts'
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
  log: Logger
  member(peer: PeerId): Member
}

/** Decides which peers get the content of an add, and opens the way to them. */
export async function openSink(
  components: AddingComponents,
  params: AddParams,
  options: SinkOptions
): Promise<BlockSink> {
  const { peerId, log } = components
  const allocations = await destinations(components, params, options)
  const local = (params.local && !params.shard) || (allocations.length === 1 && allocations[0] === peerId)
  const peers = local ? [peerId] : allocations
  const sinks = peers.map((peer) => {
    const sink = ipfsSink({ allocations, isAllocated: allocations.includes(peer) })({ ipfs: components.member(peer) })
    sink.failed.addEventListener('abort', () => tellFailure(log, peer, sink.failed.reason), { once: true })
    return sink
  })
  const [only] = sinks
  return sinks.length === 1 && only !== undefined ? only : new BlockSinks(sinks, allocations)
}

/** That an add is given up is no failure of the peer. */
function tellFailure(log: Logger, peer: PeerId, reason: unknown): void {
  if (reason instanceof ClusterError && reason.code === 'ERR_BLOCK_PUT') {
    log.warn(`adding: ${peer} takes no more blocks: ${messageOf(reason.cause)}`)
  }
}

/** With `local`, this peer is one of them unless the user named others: it has the blocks already then. */
async function destinations(
  { peerId, pinning, metrics }: AddingComponents,
  params: AddParams,
  options: SinkOptions
): Promise<readonly PeerId[]> {
  const asked = (params.userAllocations ?? []).length > 0
  const allocated = asked
    ? await pinning.allocate(params, UNDEFINED_CID, options)
    : await allocateSpread(pinning, params, options)
  const peers = allocated.length > 0 ? allocated : livePeers(metrics, peerId)
  if (params.shard) return peers
  return params.local && !asked && !peers.includes(peerId) ? [...peers.slice(0, -1), peerId] : peers
}

/**
 * As many peers as the allocator gives, those first that have few parts of the same add: it goes by metrics, in which
 * the parts before do not show yet.
 */
async function allocateSpread(
  pinning: Pick<Pinning, 'allocate'>,
  params: AddParams,
  { load = new Map(), ...options }: SinkOptions
): Promise<PeerId[]> {
  const peers = await pinning.allocate(params, UNDEFINED_CID, options)
  const loaded = Array.from(load)
    .sort(([, a], [, b]) => b - a)
    .map(([peer]) => peer)
  for (; peers.length > 0 && loaded.length > 0; loaded.pop()) {
    const others = await allocateWithout(pinning, params, loaded, options)
    if (others.length === peers.length) return others
  }
  return peers
}

/** @returns none when there are not enough peers besides */
async function allocateWithout(
  pinning: Pick<Pinning, 'allocate'>,
  params: AddParams,
  exclude: readonly PeerId[],
  options: AbortOptions
): Promise<PeerId[]> {
  try {
    return await pinning.allocate(params, UNDEFINED_CID, { ...options, exclude })
  } catch (err) {
    if (err instanceof ClusterError && err.code === 'ERR_NOT_ENOUGH_PEERS') return []
    throw err
  }
}

/** All peers, when the content goes to all of them; at least the one that does the work. */
function livePeers(metrics: ClusterMetrics, peerId: PeerId): readonly PeerId[] {
  const peers = metrics.latest('ping').map(({ peer }) => peer)
  return peers.length > 0 ? peers : [peerId]
}
