import { describe, expect, it } from '@jest/globals'
import { diskInformer, numpinInformer, pinqueueInformer, tagsInformer } from '../../src/informer/index.ts'

const ipfs = { repoStat: async () => ({ repoSize: 30n, storageMax: 100n }) }
const queueOf = (size: number): { tracker: { queueSize(): number } } => ({ tracker: { queueSize: () => size } })

describe('informers', () => {
  it('tell the room that is left, or used', async () => {
    expect(await diskInformer()({ ipfs }).read()).toEqual([{ name: 'freespace', value: '70', weight: 70n }])
    expect(await diskInformer({ metricType: 'reposize' })({ ipfs }).read()).toEqual([
      { name: 'reposize', value: '30', weight: -30n }
    ])
  })

  it.each([
    ['full', 100n, 100n, 'the IPFS node is full: 100 of 100 bytes are used'],
    ['more than full', 101n, 100n, 'the IPFS node is full: 101 of 100 bytes are used'],
    ['without room at all', 0n, 0n, 'the IPFS node is full'],
    ['larger than can be', 0n, 2n ** 63n, 'which cannot be'],
    ['of a negative size', -1n - 2n ** 63n, 0n, 'which cannot be']
  ])('tell nothing of a disk that is %s', async (_, repoSize, storageMax, words) => {
    const stat = { repoStat: async () => ({ repoSize, storageMax }) }
    await expect(diskInformer()({ ipfs: stat }).read()).rejects.toThrow(words)
  })

  it.each([[-1n], [2n ** 63n]])('tell nothing of a repository of %s bytes', async (repoSize) => {
    const stat = { repoStat: async () => ({ repoSize, storageMax: 10n }) }
    await expect(diskInformer({ metricType: 'reposize' })({ ipfs: stat }).read()).rejects.toThrow('which cannot be')
  })

  it('take a disk without a limit for a large one, of which many add up', async () => {
    const stat = { repoStat: async () => ({ repoSize: 5n, storageMax: 2n ** 64n - 1n }) }
    const [reading] = await diskInformer()({ ipfs: stat }).read()
    expect(reading).toMatchObject({ name: 'freespace', value: '18446744073709551610' })
    expect(BigInt.asIntN(64, (reading?.weight ?? 0n) * 1000n)).toBeGreaterThan(2n ** 60n)
  })

  it('count pins', async () => {
    const asked: unknown[] = []
    async function* pins(kinds: readonly string[]): AsyncGenerator<unknown> {
      asked.push(kinds)
      yield* [1, 2, 3]
    }
    const informer = numpinInformer()({ ipfs: { pins } })
    expect(informer).toMatchObject({ name: 'numpin', ttl: 10_000 })
    expect(await informer.read()).toEqual([{ name: 'numpin', value: '3', weight: -3n }])
    expect(asked).toEqual([['recursive', 'direct']])
  })

  it('tell the queue, in buckets for the comparison', async () => {
    const read = async (size: number, weightBucketSize?: number): Promise<unknown> => {
      const init = weightBucketSize === undefined ? {} : { weightBucketSize }
      const [reading] = await pinqueueInformer(init)(queueOf(size)).read()
      return [reading?.value, reading?.weight]
    }
    expect(await read(99_999)).toEqual(['99999', 0n])
    expect(await read(250_000)).toEqual(['250000', -2n])
    expect(await read(7, 0)).toEqual(['7', -7n])
  })

  it('tell tags as groups', async () => {
    const { ttl, read } = tagsInformer({ metricTtl: 5, tags: { region: 'eu', rack: '1' } })()
    expect(ttl).toBe(5)
    expect(await read()).toEqual([
      { name: 'tag:region', value: 'eu', partitionable: true },
      { name: 'tag:rack', value: '1', partitionable: true }
    ])
    expect(await tagsInformer({ tags: null })().read()).toEqual([])
  })
})
