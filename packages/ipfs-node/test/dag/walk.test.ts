import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { Blocks } from '../../src/dag/blocks.ts'
import { digest } from '../../src/dag/hashes.ts'
import { descend, walk } from '../../src/dag/walk.ts'
import type { BlockStore } from '../../src/store/block-store.ts'

const SHA2_256 = 0x12
const RAW = 0x55
const LEAVES = 5000

/** A block with many links. All that is asked of the store is answered at once, as by an index that is in memory. */
function wideDag(): { blocks: Blocks; root: CID } {
  const leaves = Array.from({ length: LEAVES }, (_, i) => CID.createV1(RAW, digest(Buffer.from(`${i}`), SHA2_256)))
  const bytes = dagCbor.encode(leaves)
  const store: Partial<BlockStore> = { get: async () => bytes, has: async () => true }
  return {
    blocks: new Blocks({ store: store as BlockStore }),
    root: CID.createV1(dagCbor.code, digest(bytes, SHA2_256))
  }
}

/** How often others had a turn while something ran. */
async function turnsDuring(action: Promise<unknown>): Promise<number> {
  let turns = 0
  let runs = true
  const others = (async () => {
    for (; runs; turns++) await nextTurn()
  })()
  await action
  runs = false
  await others
  return turns
}

describe('a walk of blocks that are all here', () => {
  it('visits each once, and lets others have their turn', async () => {
    const { blocks, root } = wideDag()
    const visited: string[] = []
    const turns = await turnsDuring(walk(blocks, root, { onBlock: (cid) => visited.push(cid.toString()) }))
    expect(new Set(visited).size).toBe(LEAVES + 1)
    expect(visited).toHaveLength(LEAVES + 1)
    expect(turns).toBeGreaterThan(10)
  })

  it('lets others have their turn where it is in the order of the DAG', async () => {
    const { blocks, root } = wideDag()
    let visited = 0
    const turns = await turnsDuring(
      (async () => {
        for await (const cid of descend(blocks, root)) visited += cid.version
      })()
    )
    expect(visited).toBe(LEAVES + 1)
    expect(turns).toBeGreaterThan(10)
  })
})
