import { describe, expect, it } from '@jest/globals'
import { gather } from '../../src/rest/streams.ts'

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
