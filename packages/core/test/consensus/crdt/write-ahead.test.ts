import { describe, expect, it } from '@jest/globals'
import type { Write } from '@ipfs-cluster/core/datastore'
import { WriteAhead } from '../../../src/consensus/crdt/write-ahead.ts'

const NONE: Write[] = []

/** A store whose writes end when they are told how. */
function heldStore(): { store: { batch(): Promise<void> }; ends: PromiseWithResolvers<void>[] } {
  const ends: PromiseWithResolvers<void>[] = []
  const batch = (): Promise<void> => {
    const end = Promise.withResolvers<void>()
    ends.push(end)
    return end.promise
  }
  return { store: { batch }, ends }
}

describe('WriteAhead', () => {
  it('has two batches under way at most, and says when each is written', async () => {
    const { store, ends } = heldStore()
    const writer = new WriteAhead(store)
    const seen: string[] = []
    await writer.add(NONE, () => seen.push('first written'))
    const second = writer.add(NONE, () => seen.push('second written')).then(() => seen.push('third may come'))
    await new Promise(setImmediate)
    expect(ends).toHaveLength(2)
    expect(seen).toEqual([])
    ends[0]?.resolve()
    await second
    expect(seen).toEqual(['first written', 'third may come'])
    ends[1]?.resolve()
    await writer.end()
    expect(seen.at(-1)).toBe('second written')
  })

  it('throws with the next batch, or at the end, what made one fail', async () => {
    const { store, ends } = heldStore()
    const writer = new WriteAhead(store)
    await writer.add(NONE)
    ends[0]?.reject(new Error('disk full'))
    await expect(writer.add(NONE)).rejects.toThrow('disk full')
    ends[1]?.reject(new Error('still full'))
    await expect(writer.end()).rejects.toThrow('still full')
  })
})
