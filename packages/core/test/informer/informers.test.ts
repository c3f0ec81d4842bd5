import { describe, expect, it } from '@jest/globals'
import { diskInformer, pinqueueInformer, tagsInformer } from '../../src/informer/index.ts'

const ipfs = { repoStat: async () => ({ repoSize: 30n, storageMax: 100n }) }
const queueOf = (size: number): { tracker: { queueSize(): number } } => ({ tracker: { queueSize: () => size } })

describe('informers', () => {
  it('tell the room that is left, or used', async () => {
    expect(await diskInformer()({ ipfs }).read()).toEqual([{ name: 'freespace', value: '70', weight: 70n }])
    expect(await diskInformer({ metricType: 'reposize' })({ ipfs }).read()).toEqual([
      { name: 'reposize', value: '30', weight: -30n }
    ])
  })

  it('tell nothing of a disk that is full', async () => {
    const full = { repoStat: async () => ({ repoSize: 101n, storageMax: 100n }) }
    expect(await diskInformer()({ ipfs: full }).read()).toEqual([])
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
