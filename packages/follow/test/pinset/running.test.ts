import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { emptyPin } from '@ipfs-cluster/api'
import type { GlobalPinInfo } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import { runningPinset } from '../../src/pinset/running.ts'

const LIMIT = 60_000
const { timestamp: created, ...pin } = emptyPin(
  CID.parse('bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')
)
const info: GlobalPinInfo = { ...pin, created, peerMap: {} }

/** A peer that tells of so many pins, and then falls silent. */
function peerOf(pins: number): Parameters<typeof runningPinset>[0] {
  async function* statusAll(signal: AbortSignal | undefined): AsyncGenerator<GlobalPinInfo> {
    for (let told = 0; told < pins; told++) {
      signal?.throwIfAborted()
      yield info
    }
    await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
  }
  return { statusAll: (_filter, { signal } = {}) => statusAll(signal) }
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] })
})

afterEach(() => {
  jest.useRealTimers()
})

it('a reader may take as long as it likes', async () => {
  const items = runningPinset(peerOf(2), LIMIT)
  await items.next()
  jest.advanceTimersByTime(2 * LIMIT)
  await expect(items.next()).resolves.toMatchObject({ done: false })
  await items.return()
  expect(jest.getTimerCount()).toBe(0)
})

it('a peer that falls silent ends the list', async () => {
  const items = runningPinset(peerOf(1), LIMIT)
  await items.next()
  const next = items.next()
  // The wait begins when the next item is asked for.
  await Promise.resolve()
  jest.advanceTimersByTime(LIMIT)
  await expect(next).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
})
