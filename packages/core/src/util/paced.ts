import { setTimeout as sleep } from 'node:timers/promises'
import type { AbortOptions } from './startable.ts'

/** Items after which it is looked at the clock. */
const STRETCH = 100

/** Milliseconds after which others get their turn. */
const TURN = 10

/** Who takes the items may have waited for something else meanwhile. In milliseconds. */
const LONGEST_PAUSE = 20

/** Gives items of a long list so that those who wait for the same processor get half of it. */
export async function* paced<T>(source: AsyncIterable<T>, options: AbortOptions): AsyncGenerator<T, void, undefined> {
  let count = 0
  let since = performance.now()
  for await (const item of source) {
    yield item
    if (++count % STRETCH !== 0) continue
    const taken = performance.now() - since
    if (taken < TURN) continue
    await sleep(Math.min(taken, LONGEST_PAUSE), undefined, { ref: false, ...options })
    since = performance.now()
  }
}
