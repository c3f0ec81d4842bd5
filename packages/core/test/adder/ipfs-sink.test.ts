import { ipfsSink } from '@ipfs-cluster/core/adder'
import { describe, expect, it } from '@jest/globals'
import { BlockQueue } from '../../src/adder/block-queue.ts'
import { CID } from 'multiformats/cid'
import type { Block } from '../../src/ipfs/interface.ts'

const cid = CID.parse('bafkqaaa')
const block = (size: number): Block => ({ cid, data: new Uint8Array(size) })

describe('BlockQueue', () => {
  it('gives all blocks in order', async () => {
    const queue = new BlockQueue(1000)
    const sizes: number[] = []
    const taking = (async () => {
      for await (const { data } of queue) sizes.push(data.length)
    })()
    for (let i = 0; i < 500; i++) await queue.push(block(i))
    queue.end()
    await taking
    expect(sizes).toEqual(Array.from({ length: 500 }, (_, i) => i))
  })

  it('makes the maker wait when it is full, until the taker comes', async () => {
    const queue = new BlockQueue(10_000)
    expect(queue.push(block(5000))).toBeUndefined()
    const room = queue.push(block(5000))
    expect(room).toBeInstanceOf(Promise)
    const taking = queue[Symbol.asyncIterator]()
    await taking.next()
    await room
    expect(queue.push(block(5000))).toBeUndefined()
  })

  it('counts tiny blocks as more than nothing', () => {
    const queue = new BlockQueue(10_000)
    let accepted = 0
    while (queue.push(block(0)) === undefined) accepted++
    expect(accepted).toBeLessThan(100)
  })

  it('fails on both sides', async () => {
    const queue = new BlockQueue(10)
    const room = queue.push(block(100))
    queue.fail(new Error('broken'))
    await expect(room).rejects.toThrow('broken')
    await expect(queue.push(block(1))).rejects.toThrow('broken')
    await expect(queue[Symbol.asyncIterator]().next()).rejects.toThrow('broken')
  })

  it('wakes a taker that waits when it fails', async () => {
    const queue = new BlockQueue(10)
    const next = queue[Symbol.asyncIterator]().next()
    queue.fail(new Error('broken'))
    await expect(next).rejects.toThrow('broken')
  })
})

describe('ipfsSink', () => {
  it('is closed when the node has stored everything', async () => {
    const stored: number[] = []
    const sink = ipfsSink({ allocations: ['p'] })({
      ipfs: {
        putBlocks: async (blocks) => {
          for await (const { data } of blocks) stored.push(data.length)
        }
      }
    })
    for (const size of [1, 2, 3]) await sink.put(block(size))
    await sink.close()
    expect(stored).toEqual([1, 2, 3])
    expect(sink.failed.aborted).toBe(false)
  })

  it('fails with the words of the node', async () => {
    const sink = ipfsSink({ allocations: [], queueBytes: 1 })({
      ipfs: {
        putBlocks: async () => {
          throw new Error('disk full')
        }
      }
    })
    const error = { code: 'ERR_BLOCK_PUT', message: 'failed to put block on all destinations: disk full' }
    await expect(sink.put(block(10))).rejects.toMatchObject(error)
    expect(sink.failed.reason).toMatchObject(error)
    await expect(sink.close()).rejects.toMatchObject(error)
  })

  it('ends the call to the node when it is given up', async () => {
    let reason: unknown
    const sink = ipfsSink({ allocations: [] })({
      ipfs: {
        putBlocks: async (_, { signal } = {}) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => {
              reason = signal.reason
              reject(signal.reason as Error)
            })
          })
      }
    })
    sink.abort(new Error('enough'))
    expect(reason).toEqual(new Error('enough'))
    await expect(sink.close()).rejects.toThrow('enough')
  })
})
