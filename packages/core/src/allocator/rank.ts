import type { Metric, PeerId } from '@ipfs-cluster/api'
import { comparePeerIds, compareText } from '@ipfs-cluster/api'

/** A peer with its metrics, one for each name in `allocate_by` and in that order. */
export interface MeasuredPeer {
  readonly peer: PeerId
  readonly metrics: readonly Metric[]
}

/** Peers that count as one at a level of `allocate_by`. Weights are int64 and wrap around, as in Go. */
interface Partition {
  readonly value: string
  readonly peers: MeasuredPeer[]
  /** Sum of the weights of this level. */
  weight: bigint
  /** Sum of the weights of this level and of all levels below. */
  aggregate: bigint
}

/**
 * The order in which peers are taken (spec: wire 11.4): as long as there are several groups, such as regions, each in
 * turn gives one. Groups, and peers without one, stand by weight, then by the weight of all that is in them, then by
 * value as text. What is equal in all of that, where Go leaves it to chance, stands by peer ID.
 */
export function rankPeers(peers: readonly MeasuredPeer[]): PeerId[] {
  return rankFrom(peers, 0).map(({ peer }) => peer)
}

function rankFrom(peers: readonly MeasuredPeer[], level: number): readonly MeasuredPeer[] {
  const [first] = peers
  if (first === undefined || peers.length === 1) return peers
  if (level === first.metrics.length) return [...peers].sort(byPeerId)
  const partitions = partitionsOf(peers, level).sort(byWeight)
  return inTurns(partitions.map((partition) => rankFrom(partition.peers, level + 1)))
}

/** One partition for each value where values make groups, otherwise one for each peer. */
function partitionsOf(peers: readonly MeasuredPeer[], level: number): Partition[] {
  const groups = new Map<string, Partition>()
  const partitions: Partition[] = []
  for (const peer of peers) {
    const metric = peer.metrics[level]
    if (metric === undefined) continue
    const { value, weight, partitionable } = metric
    const aggregate = weightFrom(peer, level)
    const group = partitionable ? groups.get(value) : undefined
    if (group === undefined) {
      const partition: Partition = { value, peers: [peer], weight, aggregate }
      partitions.push(partition)
      if (partitionable) groups.set(value, partition)
    } else {
      group.peers.push(peer)
      group.weight = BigInt.asIntN(64, group.weight + weight)
      group.aggregate = BigInt.asIntN(64, group.aggregate + aggregate)
    }
  }
  return partitions
}

function weightFrom({ metrics }: MeasuredPeer, level: number): bigint {
  let sum = 0n
  for (let i = level; i < metrics.length; i++) sum += metrics[i]?.weight ?? 0n
  return BigInt.asIntN(64, sum)
}

function byWeight(a: Partition, b: Partition): number {
  if (a.weight !== b.weight) return a.weight > b.weight ? -1 : 1
  if (a.aggregate !== b.aggregate) return a.aggregate > b.aggregate ? -1 : 1
  return compareText(a.value, b.value) || compareFirst(a.peers, b.peers)
}

function byPeerId(a: MeasuredPeer, b: MeasuredPeer): number {
  return comparePeerIds(a.peer, b.peer)
}

/** Only partitions of one peer can be equal up to here. */
function compareFirst([a]: readonly MeasuredPeer[], [b]: readonly MeasuredPeer[]): number {
  return a === undefined || b === undefined ? 0 : byPeerId(a, b)
}

/** One of each list, going round, until all are used up. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const all: T[] = []
  for (let round = 0, open = lists; open.length > 0; round++) {
    open = open.filter((list) => list.length > round)
    for (const list of open) all.push(...list.slice(round, round + 1))
  }
  return all
}
