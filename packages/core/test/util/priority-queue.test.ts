import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { collectGarbage } from '../../src/util/collect-garbage.ts'
import { FifoSet } from '../../src/util/fifo-set.ts'
import { PriorityQueue } from '../../src/util/priority-queue.ts'

describe('PriorityQueue', () => {
  it('gives the first of the lowest level', () => {
    const queue = new PriorityQueue<string>({ levels: 2, limit: 10 })
    queue.push('c', 1)
    queue.push('a', 0)
    queue.push('b', 0)
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual(['a', 'b', 'c', undefined])
  })

  it('refuses what one level cannot hold, unless it is forced', () => {
    const queue = new PriorityQueue<number>({ levels: 2, limit: 1 })
    expect(queue.push(1, 0)).toBe(true)
    expect(queue.push(2, 0)).toBe(false)
    expect(queue.push(1, 0)).toBe(true)
    expect(queue.push(2, 1)).toBe(true)
    expect(queue.push(3, 0, true)).toBe(true)
    expect(queue.size).toBe(3)
    expect([1, 3, 2, 4].map((item) => queue.placeOf(item))).toEqual([1, 2, 3, 0])
    expect(queue.delete(1)).toBe(true)
    expect(queue.shift()).toBe(3)
  })
})

describe('FifoSet', () => {
  type Command = { do: 'push' | 'delete'; item: number } | { do: 'shift' }
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ do: fc.constantFrom('push' as const, 'delete' as const), item: fc.nat(20) }),
    fc.record({ do: fc.constant('shift' as const) })
  )

  it('is a list without duplicates, whatever is taken out of its middle', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const set = new FifoSet<number>()
        const model: number[] = []
        for (const each of commands) {
          if (each.do === 'shift') {
            expect(set.shift()).toBe(model.shift())
          } else if (each.do === 'push') {
            set.push(each.item)
            if (!model.includes(each.item)) model.push(each.item)
          } else {
            const at = model.indexOf(each.item)
            expect(set.delete(each.item)).toBe(at !== -1)
            if (at !== -1) model.splice(at, 1)
          }
          expect([...set]).toEqual(model)
          expect(set.size).toBe(model.length)
          for (let item = 0; item <= 20; item++) expect(set.placeOf(item)).toBe(model.indexOf(item) + 1)
        }
      })
    )
  })

  it('knows all places when it has given out all of its numbers more than once', () => {
    const set = new FifoSet<number>()
    for (let i = 0; i < 10_000; i++) {
      set.push(i)
      if (i % 3 === 0) set.shift()
    }
    const items = [...set]
    expect(items.map((item) => set.placeOf(item))).toEqual(items.map((_, i) => i + 1))
  })

  it('holds nothing that was taken out of it, though nothing is ever taken from its front', async () => {
    const set = new FifoSet<object>()
    const items = Array.from({ length: 1000 }, () => new WeakRef({}))
    for (const item of items) set.push(item.deref() ?? {})
    for (const item of items) set.delete(item.deref() ?? {})
    for (let i = 0; i < 5000; i++) {
      const item = {}
      set.push(item)
      set.delete(item)
    }
    // What a WeakRef has given stays until the end of the turn.
    await new Promise(setImmediate)
    await collectGarbage('thorough')
    expect(items.filter((item) => item.deref() !== undefined)).toHaveLength(0)
  })

  it('takes half a million items in and out in well under a minute', () => {
    const set = new FifoSet<number>()
    for (let i = 0; i < 500_000; i++) set.push(i)
    let sum = 0
    for (let item = set.shift(); item !== undefined; item = set.shift()) sum += item
    expect(sum).toBe((499_999 * 500_000) / 2)
  })
})
