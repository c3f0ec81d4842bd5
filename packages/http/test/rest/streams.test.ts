import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { gather, mapAhead } from '../../src/rest/streams.ts'

describe('gather', () => {
  it('gives answers as they come, and failures together at the end', async () => {
    const waiting = new Map<string, { resolve(text: string): void; reject(err: Error): void }>()
    const answers = gather(
      ['a', 'b', 'c', 'd'],
      (item) => new Promise<string>((resolve, reject) => waiting.set(item, { resolve, reject }))
    )
    const first = answers.next()
    waiting.get('c')!.resolve('C')
    expect((await first).value).toBe('C')
    waiting.get('b')!.reject(new Error('no b'))
    waiting.get('d')!.reject(new Error('no d'))
    waiting.get('a')!.resolve('A')
    expect((await answers.next()).value).toBe('A')
    await expect(answers.next()).rejects.toMatchObject({ errors: [{ message: 'no b' }, { message: 'no d' }] })
  })

  it('ends at once when there is nothing to ask for', async () => {
    expect(await gather([], async () => 1).next()).toEqual({ done: true, value: undefined })
  })
})

describe('mapAhead', () => {
  it('gives each result in the order of the items, whenever it is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5)), fc.integer({ min: 1, max: 8 }), async (turns, ahead) => {
        let running = 0
        let most = 0
        async function* source(): AsyncGenerator<number> {
          for (const turn of turns.keys()) yield turn
        }
        const change = async (item: number): Promise<number> => {
          most = Math.max(most, ++running)
          for (let i = 0; i < (turns[item] ?? 0); i++) await new Promise(setImmediate)
          running--
          return item
        }
        const given: number[] = []
        for await (const item of mapAhead(source(), ahead, change)) given.push(item)
        expect(given).toEqual([...turns.keys()])
        expect(most).toBeLessThanOrEqual(ahead)
      }),
      { numRuns: 50 }
    )
  })

  it('gives a result while the source waits', async () => {
    async function* source(): AsyncGenerator<string> {
      yield 'a'
      await new Promise(() => {})
    }
    const results = mapAhead(source(), 10, async (item) => item.toUpperCase())
    expect((await results.next()).value).toBe('A')
  })

  it('ends with the failure of an item in its turn, and with that of the source', async () => {
    let hasEnded = false
    async function* source(): AsyncGenerator<string> {
      try {
        yield* ['a', 'b', 'c']
        throw new Error('no more')
      } finally {
        hasEnded = true
      }
    }
    const failing = mapAhead(source(), 2, async (item) => {
      if (item === 'b') throw new Error('no b')
      return item
    })
    expect((await failing.next()).value).toBe('a')
    await expect(failing.next()).rejects.toThrow('no b')
    expect(hasEnded).toBe(true)
    const results: string[] = []
    const broken = (async () => {
      for await (const item of mapAhead(source(), 2, async (text) => text)) results.push(item)
    })()
    await expect(broken).rejects.toThrow('no more')
    expect(results.slice(0, 2)).toEqual(['a', 'b'])
  })
})
