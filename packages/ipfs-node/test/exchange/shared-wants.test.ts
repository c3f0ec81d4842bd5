import { describe, expect, it } from '@jest/globals'
import { CID } from 'multiformats/cid'
import { digest } from '../../src/dag/hashes.ts'
import { SharedWants } from '../../src/exchange/shared-wants.ts'

const bytes = Buffer.from('block')
const cid = CID.createV1(0x55, digest(bytes, 0x12))

/** A network that answers when it is told to. */
function network(): { wants: SharedWants; signals: AbortSignal[]; answer(index: number): void } {
  const signals: AbortSignal[] = []
  const answers: ((bytes: Uint8Array) => void)[] = []
  const wants = new SharedWants((_cid, signal) => {
    signals.push(signal)
    return new Promise((resolve, reject) => {
      answers.push(resolve)
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
  })
  return { wants, signals, answer: (index) => answers[index]?.(bytes) }
}

describe('SharedWants', () => {
  it('asks once for all who wait', async () => {
    const { wants, signals, answer } = network()
    const both = [wants.want(cid), wants.want(CID.createV1(0x70, cid.multihash))]
    answer(0)
    expect(await Promise.all(both)).toEqual([bytes, bytes])
    expect(signals).toHaveLength(1)
    expect(wants.has(cid)).toBe(false)
  })

  it('goes on for the others when one gives up, and stops after the last', async () => {
    const { wants, signals, answer } = network()
    const [first, second] = [new AbortController(), new AbortController()]
    const one = wants.want(cid, first.signal)
    const other = wants.want(cid, second.signal)
    first.abort(new Error('enough'))
    await expect(one).rejects.toThrow('enough')
    expect(signals[0]?.aborted).toBe(false)
    answer(0)
    expect(await other).toBe(bytes)
    const third = new AbortController()
    const alone = wants.want(cid, third.signal)
    third.abort(new Error('enough'))
    await expect(alone).rejects.toThrow('enough')
    expect(signals[1]?.aborted).toBe(true)
    expect(wants.has(cid)).toBe(false)
  })

  it('sees a block that comes another way', async () => {
    const { wants, signals } = network()
    const waiting = wants.want(cid)
    wants.arrived(cid, bytes)
    expect(await waiting).toBe(bytes)
    expect(signals[0]?.aborted).toBe(true)
  })

  it('passes a failure on', async () => {
    const wants = new SharedWants(() => Promise.reject(new Error('broken')))
    await expect(wants.want(cid)).rejects.toThrow('broken')
    expect(wants.has(cid)).toBe(false)
  })
})
