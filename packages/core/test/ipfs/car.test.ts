import { CarBlockIterator } from '@ipld/car'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { encodeCar, encodeCarHeader } from '../../src/ipfs/car.ts'
import { rawBlock } from '../../test-suites/ipfs-connector.ts'
import type { Block } from '@ipfs-cluster/core/ipfs'
import type { CarCount } from '../../src/ipfs/car.ts'

describe('encodeCar', () => {
  it('makes what others read', async () => {
    const sizes = fc.array(fc.oneof(fc.nat(200), fc.integer({ min: 60_000, max: 70_000 })), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const blocks = lengths.map((length, i) => rawBlock(String(i).padEnd(length, '.')))
        const count = { blocks: 0, bytes: 0, roots: [] }
        const car = await CarBlockIterator.fromBytes(Buffer.concat(await Array.fromAsync(encodeCar(blocks, count))))
        expect(await car.getRoots()).toEqual([])
        const read: Block[] = []
        for await (const { cid, bytes } of car) read.push({ cid, data: Buffer.from(bytes) })
        expect(read.map(({ cid, data }) => [cid.toString(), data.toString()])).toEqual(
          blocks.map(({ cid, data }) => [cid.toString(), data.toString()])
        )
        expect(count).toEqual({
          blocks: blocks.length,
          bytes: blocks.reduce((sum, { data }) => sum + data.length, 0),
          roots: []
        })
      }),
      { numRuns: 30 }
    )
  })

  it('tells which blocks are to be pinned, and names them in the header of another one', async () => {
    const blocks = ['a', 'b', 'c'].map((text) => ({ ...rawBlock(text), pin: text === 'b' }))
    const count: CarCount = { blocks: 0, bytes: 0, roots: [] }
    await Array.fromAsync(encodeCar(blocks, count))
    expect(count.roots).toEqual([blocks[1]?.cid])
    const car = await CarBlockIterator.fromBytes(encodeCarHeader(count.roots))
    expect((await car.getRoots()).map(String)).toEqual([String(blocks[1]?.cid)])
    expect(await Array.fromAsync(car)).toEqual([])
  })

  it('sends small blocks together and does not wait for more than it needs', async () => {
    let made = 0
    const blocks = function* (): Generator<Block> {
      for (; made < 1000; made++) yield rawBlock(String(made).padEnd(1000, '.'))
    }
    const car = encodeCar(blocks(), { blocks: 0, bytes: 0, roots: [] })
    const { value } = await car.next()
    expect(value?.length).toBeGreaterThan(60_000)
    expect(made).toBeLessThan(100)
  })
})
