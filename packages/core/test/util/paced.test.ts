import { describe, expect, it } from '@jest/globals'
import { paced } from '../../src/util/paced.ts'

/** Items that are at hand at once: without pauses, nobody else gets a turn until the last of them. */
async function* numbers(count: number): AsyncGenerator<number, void, undefined> {
  for (let n = 0; n < count; n++) yield n
}

function work(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

describe('paced', () => {
  it('gives every item in order', async () => {
    const items: number[] = []
    for await (const n of paced(numbers(250), {})) items.push(n)
    expect(items).toEqual(Array.from({ length: 250 }, (_, n) => n))
  })

  it('lets others have a turn before the list is at its end', async () => {
    let turns = 0
    const other = setInterval(() => turns++, 1)
    try {
      for await (const _ of paced(numbers(1000), {})) work(0.1)
    } finally {
      clearInterval(other)
    }
    expect(turns).toBeGreaterThanOrEqual(5)
  })

  it('stops when it is told to', async () => {
    const abort = new AbortController()
    const reading = (async () => {
      for await (const n of paced(numbers(Infinity), { signal: abort.signal })) {
        work(0.1)
        if (n === 150) abort.abort(new Error('enough'))
      }
    })()
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
  })
})
