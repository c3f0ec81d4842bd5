import { describe, expect, it } from '@jest/globals'
import type { BlockSink } from '../../src/adder/index.ts'
import { BlockSinks } from '../../src/cluster/block-sinks.ts'
import type { Block } from '../../src/ipfs/interface.ts'
import { testCid } from '../pintracker/fakes.ts'

class FakeSink implements BlockSink {
  readonly allocations: readonly string[] = []
  readonly blocks: Block[] = []
  readonly #failed = new AbortController()
  wait: Promise<void> | undefined

  get failed(): AbortSignal {
    return this.#failed.signal
  }

  put(block: Block): Promise<void> | undefined {
    this.blocks.push(block)
    return this.wait
  }

  async close(): Promise<void> {
    this.#failed.signal.throwIfAborted()
  }

  abort(reason: unknown): void {
    this.#failed.abort(reason)
  }
}

const block: Block = { cid: testCid(1), data: new Uint8Array() }

describe('several sinks', () => {
  it('get every block, as fast as the slowest takes it', async () => {
    const [a, b] = [new FakeSink(), new FakeSink()]
    const sinks = new BlockSinks([a, b], ['x', 'y'])
    expect(sinks.allocations).toEqual(['x', 'y'])
    expect(sinks.put(block)).toBeUndefined()
    let release = (): void => {}
    b.wait = new Promise((resolve) => (release = resolve))
    let taken = false
    const put = sinks.put(block)!.then(() => (taken = true))
    await Promise.resolve()
    expect(taken).toBe(false)
    release()
    await put
    expect([a.blocks.length, b.blocks.length]).toEqual([2, 2])
    await sinks.close()
  })

  it('go on while one of them works, and have failed when none does', async () => {
    const [a, b] = [new FakeSink(), new FakeSink()]
    const sinks = new BlockSinks([a, b], [])
    a.abort(new Error('a is full'))
    expect(sinks.put(block)).toBeUndefined()
    expect([a.blocks.length, b.blocks.length]).toEqual([0, 1])
    expect(sinks.failed.aborted).toBe(false)
    await sinks.close()
    b.abort(new Error('b is full'))
    expect(sinks.failed.aborted).toBe(true)
    await expect(sinks.close()).rejects.toThrow('b is full')
  })

  it('are given up together', () => {
    const [a, b] = [new FakeSink(), new FakeSink()]
    const sinks = new BlockSinks([a, b], [])
    sinks.abort(new Error('enough'))
    expect([a.failed.aborted, b.failed.aborted, sinks.failed.aborted]).toEqual([true, true, true])
  })
})
