import type { StoredChange } from '@ipfs-cluster/core/consensus/crdt'
import type { CID } from 'multiformats/cid'

/** Characters of the end of a CID that stand for it in the label of its node. */
const SHORT = 4

/** A DAG of changes in the DOT language, in the words of the Go release. */
export async function* dotGraph(heads: readonly CID[], changes: AsyncIterable<StoredChange>): AsyncGenerator<string> {
  yield `digraph CRDTDAG {\nsubgraph heads {\n${lines(heads)}}\n`
  for await (const change of changes) yield dotNode(change)
  yield '}\n'
}

function dotNode({ cid, height, links, added, removed }: StoredChange): string {
  const name = cid.toString()
  return (
    `${name} [label="${height} | ${name.slice(-SHORT)}: +${added} -${removed}"]\n` +
    `${name} -> {${links.map((link) => `${link.toString()} `).join('')}}\n` +
    `subgraph sg_${name} {\n${lines(links)}}\n`
  )
}

function lines(cids: readonly CID[]): string {
  return cids.map((cid) => `${cid.toString()}\n`).join('')
}
