import { describe, expect, it } from '@jest/globals'
import { defaultPinOptions, parseCid } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import { unpinAll } from '../../src/pinset/unpin.ts'

const cid = parseCid('QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm')

async function* pins(count: number): AsyncGenerator<Pin, void, undefined> {
  for (let i = 0; i < count; i++) yield { ...defaultPinOptions(), cid } as unknown as Pin
}

describe('unpinning everything', () => {
  it('unpins some at once, and not too many', async () => {
    let [underWay, most] = [0, 0]
    const unpin = async (): Promise<void> => {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setImmediate(resolve))
      underWay--
    }
    expect(await unpinAll(pins(100), { unpin })).toBe(100)
    expect([underWay, most]).toEqual([0, 8])
  })

  it('ends at the first failure, when nothing is under way any more', async () => {
    let underWay = 0
    let calls = 0
    const unpin = async (): Promise<void> => {
      underWay++
      const mine = ++calls
      await new Promise((resolve) => setImmediate(resolve))
      underWay--
      if (mine === 20) throw new Error('no such luck')
    }
    await expect(unpinAll(pins(100), { unpin })).rejects.toThrow('no such luck')
    expect(underWay).toBe(0)
    expect(calls).toBeLessThan(40)
  })

  it('stops when it is asked to', async () => {
    const signal = AbortSignal.abort(new Error('asked to stop'))
    await expect(unpinAll(pins(1), { unpin: async () => {} }, { signal })).rejects.toThrow('asked to stop')
  })
})
