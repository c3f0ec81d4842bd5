import { describe, expect, it } from '@jest/globals'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { linkNodes, rawAlias } from '../../../src/adder/sharding/link-nodes.ts'
import { blockOf } from '../car/cars.ts'

const cids = Array.from({ length: 25 }, (_, i) => blockOf(String(i)).cid)

describe('nodes that list links', () => {
  it('have the CID that a Go peer gives to the same list', () => {
    const shard = CID.parse('bafyreifjbqdcy6bkfndw3awqkueusz2ixfo7xb7utd5e3cehapfgarjega')
    expect(linkNodes([shard], 10)[0].cid.toString()).toBe('bafyreifamj3czvi3jvfa7yfnbsvsx6cta4dynrfmristtvpu77si2cp3dq')
  })

  it('list them by number', () => {
    const [node, ...rest] = linkNodes(cids, 25)
    expect(rest).toEqual([])
    expect(dagCbor.decode(node.data)).toEqual(Object.fromEntries(cids.map((cid, i) => [i, cid])))
  })

  it('are of two levels when there are more links than one may have', () => {
    const [root, ...leaves] = linkNodes(cids, 10)
    expect(dagCbor.decode(root.data)).toEqual(Object.fromEntries(leaves.map(({ cid }, i) => [i, cid])))
    const lists = leaves.map(({ data }) => Object.values(dagCbor.decode<Record<string, CID>>(data)))
    expect(lists.map((list) => list.length)).toEqual([10, 10, 5])
    expect(lists.flat().map(String)).toEqual(cids.map(String))
  })
})

it('a raw alias is the same block without links', () => {
  const { cid } = blockOf('x', 'blake2b-256', 0x70)
  expect(rawAlias(cid).multihash.bytes).toEqual(cid.multihash.bytes)
  expect(rawAlias(cid).code).toBe(0x55)
})
