import { describe, expect, it } from '@jest/globals'
import { merge } from '../../src/util/index.ts'

async function* count(name: string, to: number, log: string[] = []): AsyncGenerator<string, void, undefined> {
  try {
    for (let i = 1; i <= to; i++) {
      log.push(`${name}${i}`)
      yield `${name}${i}`
    }
  } finally {
    log.push(`${name} ends`)
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('merge', () => {
  it('gives all items, those of one source in order', async () => {
    const all = await collect(merge([count('a', 3), count('b', 1), count('c', 0)]))
    expect([...all].sort()).toEqual(['a1', 'a2', 'a3', 'b1'])
    expect(all.filter((each) => each.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
    expect(await collect(merge([]))).toEqual([])
  })

  it('does not wait for a source that has nothing yet', async () => {
    async function* never(): AsyncGenerator<string, void, undefined> {
      await new Promise(() => {})
      yield 'never'
    }
    const got: string[] = []
    for await (const item of merge([never(), count('a', 2)])) if (got.push(item) === 2) break
    expect(got).toEqual(['a1', 'a2'])
  })

  it('asks for the next item when the one before was taken, and ends all sources when left', async () => {
    const log: string[] = []
    for await (const item of merge([count('a', 9, log), count('b', 9, log)])) {
      expect(item).toBe('a1')
      expect(log).toEqual(['a1', 'b1'])
      break
    }
    await new Promise((resolve) => setImmediate(resolve))
    expect(log.slice(2).sort()).toEqual(['a ends', 'b ends'])
  })

  it('an error of one source ends the others', async () => {
    const log: string[] = []
    async function* failing(): AsyncGenerator<string, void, undefined> {
      yield 'x'
      throw new Error('broke')
    }
    await expect(collect(merge([failing(), count('a', 99, log)]))).rejects.toThrow('broke')
    await new Promise((resolve) => setImmediate(resolve))
    expect(log.at(-1)).toBe('a ends')
  })
})
