import { ClusterError } from '@ipfs-cluster/api'
import { murmur3128 } from '@multiformats/murmur3'
import { withoutData } from './nodes.ts'
import type { DagBlocks, NamedNode, NodeBuilder } from './nodes.ts'

/** Children of a shard: one byte of the hash of a name says which. */
const FANOUT = 256

/** Code of the hash function that the nodes name: murmur3-x64-64. */
const HASH_CODE = 0x22

/** Bytes of a hash: how deep a HAMT can be. */
const HASH_BYTES = 8

interface HashedNode {
  hash: Uint8Array
  node: NamedNode
}

/**
 * Makes a large folder: a tree in which each child is where the hash of its name says. The shape follows from the set of
 * names alone, whatever the order in which they came.
 *
 * @throws ClusterError `ERR_BAD_REQUEST` when names have the same hash
 */
export function* hamtBlocks(nodes: NodeBuilder, children: readonly NamedNode[]): DagBlocks {
  const hashed = children.map((node): HashedNode => ({ hash: hashOf(node.name), node }))
  return yield* shardBlocks(nodes, hashed, 0)
}

function* shardBlocks(nodes: NodeBuilder, children: readonly HashedNode[], depth: number): DagBlocks {
  if (depth === HASH_BYTES) throw new ClusterError('ERR_BAD_REQUEST', 'sharded directory too deep')
  const links: NamedNode[] = []
  const bits = new Uint8Array(FANOUT / 8)
  for (const [slot, bucket] of Map.groupBy(children, ({ hash }) => hash[depth] ?? 0)) {
    const prefix = slot.toString(16).toUpperCase().padStart(2, '0')
    const [only] = bucket
    if (bucket.length === 1 && only !== undefined) links.push({ ...only.node, name: prefix + only.node.name })
    else links.push({ ...(yield* shardBlocks(nodes, bucket, depth + 1)), name: prefix })
    // The field is a big-endian number: slot 0 is the lowest bit of the last byte.
    const index = bits.length - 1 - (slot >> 3)
    bits[index] = (bits[index] ?? 0) | (1 << (slot & 7))
  }
  links.sort((a, b) => (a.name < b.name ? -1 : 1))
  const node = nodes.shard(links, withoutLeadingZeros(bits), FANOUT, HASH_CODE)
  yield node
  return withoutData(node)
}

function hashOf(name: string): Uint8Array {
  return murmur3128.encode(Buffer.from(name)) as Uint8Array
}

function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.findIndex((byte) => byte !== 0))
}
