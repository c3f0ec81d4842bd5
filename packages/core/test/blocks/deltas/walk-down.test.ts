import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { DeltaBlock } from '../../../src/consensus/crdt/delta-block.ts'
import { makeBlock } from '../../../src/consensus/crdt/delta-block.ts'
import { MAX_FRONTIER } from '../../../src/blocks/deltas/defaults.ts'
import { WalkDown } from '../../../src/blocks/deltas/walk-down.ts'
import { cidOfBytes, blockIdOf } from '@ipfs-cluster/core/blocks'
import { blockUpon, chainOf, MapBlocks } from '../support.ts'

async function walk(
  blocks: MapBlocks,
  wanted: readonly DeltaBlock[],
  known: readonly DeltaBlock[] = []
): Promise<string[]> {
  const ids: string[] = []
  const request = { wanted: wanted.map(({ cid }) => cid), known: known.map(({ cid }) => cid) }
  for await (const bytes of new WalkDown(blocks).run(request)) ids.push(blockIdOf(cidOfBytes(bytes)))
  return ids
}

/** A DAG as replicas make it: each block upon some of those before it. */
const dag = fc
  .array(fc.array(fc.nat(), { minLength: 0, maxLength: 3 }), { minLength: 1, maxLength: 40 })
  .map((choices) => {
    const blocks: DeltaBlock[] = []
    for (const choice of choices) {
      const parents = blocks.length === 0 ? [] : choice.map((n) => blocks[n % blocks.length]!)
      blocks.push(blockUpon([...new Set(parents)], `block ${blocks.length}`))
    }
    return blocks
  })

function below(roots: readonly DeltaBlock[], all: readonly DeltaBlock[]): Set<string> {
  const byId = new Map(all.map((block) => [block.id, block]))
  const found = new Set<string>()
  const queue = roots.map(({ id }) => id)
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (found.has(id)) continue
    found.add(id)
    queue.push(...byId.get(id)!.links)
  }
  return found
}

describe('WalkDown', () => {
  it('gives what lies below the wanted blocks and not below the known ones, once, each above what it links', async () => {
    await fc.assert(
      fc.asyncProperty(
        dag,
        fc.array(fc.nat(), { maxLength: 3 }),
        fc.array(fc.nat(), { maxLength: 3 }),
        async (all, w, k) => {
          const pick = (numbers: readonly number[]): DeltaBlock[] => numbers.map((n) => all[n % all.length]!)
          const given = await walk(new MapBlocks(all), pick(w), pick(k))
          const expected = [...below(pick(w), all)].filter((id) => !below(pick(k), all).has(id))
          expect(new Set(given)).toEqual(new Set(expected))
          expect(given).toHaveLength(expected.length)
          const place = new Map(given.map((id, i) => [id, i]))
          for (const { id, links } of all) {
            for (const link of links) {
              if (place.has(id) && place.has(link)) expect(place.get(link)!).toBeGreaterThan(place.get(id)!)
            }
          }
        }
      )
    )
  })

  it('reads each block of a chain once', async () => {
    const chain = chainOf(50)
    const blocks = new MapBlocks(chain)
    expect(await walk(blocks, chain.slice(-1), [chain[9]!])).toEqual(
      chain
        .slice(10)
        .reverse()
        .map(({ id }) => id)
    )
    expect(blocks.read).toHaveLength(41)
  })

  it('passes over blocks that are not there', async () => {
    const chain = chainOf(5)
    const [, second, , fourth, fifth] = chain
    expect(await walk(new MapBlocks([second!, fourth!, fifth!]), [fifth!])).toEqual([fifth!.id, fourth!.id])
    expect(await walk(new MapBlocks(), chain)).toEqual([])
  })

  it('does not go down where heights do not: such blocks are made to keep it busy', async () => {
    const root = makeBlock({ elements: [], tombstones: [], priority: 7 }, [])
    const top = makeBlock({ elements: [], tombstones: [], priority: 7 }, [root.cid])
    expect(await walk(new MapBlocks([root, top]), [top])).toEqual([top.id])
  })

  it('holds a bounded number of blocks, and says that it left some out', async () => {
    const roots = Array.from({ length: MAX_FRONTIER + 10 }, (_, i) => blockUpon([], `root ${i}`))
    const top = blockUpon(roots, 'top')
    const down = new WalkDown(new MapBlocks([...roots, top]))
    let count = 0
    for await (const _ of down.run({ wanted: [top.cid], known: [] })) count++
    expect([count, down.isCut]).toEqual([MAX_FRONTIER + 1, true])
  })

  it('reads large blocks again rather than hold them', async () => {
    const roots = Array.from({ length: 10 }, (_, i) => blockUpon([], `root ${i}`, 300_000))
    const top = blockUpon(roots, 'top')
    const blocks = new MapBlocks([...roots, top])
    expect(await walk(blocks, [top])).toHaveLength(11)
    expect(blocks.read.length).toBeGreaterThan(15)
  })
})
