import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { hasherOf } from '../hashers.ts'
import type { Block } from '../../ipfs/interface.ts'

const sha256 = hasherOf('sha2-256')

/**
 * Lists links in nodes of dag-cbor, maps from `"0"`, `"1"` ... (spec: wire 3.3): one node, or where there are more links
 * than one may have, a node that links to nodes of the second level.
 *
 * @returns the node that stands for all of them, then those of the second level
 */
export function linkNodes(links: readonly CID[], maxLinks: number): [Block, ...Block[]] {
  if (links.length <= maxLinks) return [linkNode(links)]
  const leaves: Block[] = []
  for (let i = 0; i < links.length; i += maxLinks) leaves.push(linkNode(links.slice(i, i + maxLinks)))
  return [linkNode(leaves.map(({ cid }) => cid)), ...leaves]
}

/**
 * The same block under a CID of which nodes read nothing but bytes: a pin of a shard that links to it holds this block
 * and none of those below it.
 */
export function rawAlias({ multihash }: CID): CID {
  return CID.createV1(raw.code, multihash)
}

function linkNode(links: readonly CID[]): Block {
  const data = dagCbor.encode(Object.fromEntries(links.map((link, i) => [String(i), link])))
  if (sha256 === undefined) throw new Error('sha2-256 is missing')
  return { cid: CID.createV1(dagCbor.code, Digest.create(sha256.code, sha256.digest(data))), data }
}
