import { HAMT_THRESHOLD } from '../defaults.ts'
import { hamtBlocks } from './hamt.ts'
import { withoutData } from './nodes.ts'
import type { DagBlocks, DagNode, NamedNode, NodeBuilder } from './nodes.ts'

/**
 * Makes a folder of its children: one node, or a HAMT when it would be large. As in Kubo, what counts is the bytes of
 * the names and of the CIDs.
 */
export function* directoryBlocks(nodes: NodeBuilder, children: ReadonlyMap<string, DagNode>): DagBlocks {
  const links = Array.from(children, ([name, { cid, size, fileSize }]): NamedNode => ({ name, cid, size, fileSize }))
  if (estimatedSize(links) > HAMT_THRESHOLD) return yield* hamtBlocks(nodes, links)
  const node = nodes.directory(sortByName(links, ({ name }) => name))
  yield node
  return withoutData(node)
}

/** Sorts by the bytes of the names, which is the order of links in a node. */
export function sortByName<T>(items: T[], nameOf: (item: T) => string): T[] {
  // Up to U+D7FF the order of UTF-16 is that of UTF-8; only names with characters beyond are encoded to be compared.
  const compare = items.some((item) => BEYOND.test(nameOf(item))) ? compareBytes : compareUnits
  return items.sort((a, b) => compare(nameOf(a), nameOf(b)))
}

const BEYOND = /[\ud800-\uffff]/

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function estimatedSize(links: readonly NamedNode[]): number {
  return links.reduce((sum, { name, cid }) => sum + Buffer.byteLength(name) + cid.byteLength, 0)
}
