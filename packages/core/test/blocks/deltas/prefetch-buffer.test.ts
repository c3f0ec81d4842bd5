import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { MAX_PREFETCHED, MAX_PREFETCHED_BYTES, PREFETCH_PATIENCE } from '../../../src/blocks/deltas/defaults.ts'
import { PrefetchBuffer } from '../../../src/blocks/deltas/prefetch-buffer.ts'

const bytes = Uint8Array.of(1)
const { signal } = new AbortController()

describe('PrefetchBuffer', () => {
  let idle: number
  let buffer: PrefetchBuffer

  beforeEach(() => {
    jest.useFakeTimers()
    idle = 0
    buffer = new PrefetchBuffer(() => idle++)
  })

  afterEach(() => {
    buffer.close()
    jest.useRealTimers()
  })

  async function fill(): Promise<void> {
    for (let i = 0; i < MAX_PREFETCHED; i++) await buffer.put(`${i}`, bytes, signal)
  }

  it('gives each block once, to who waits for it first of all', async () => {
    await buffer.put('a', bytes, signal)
    expect([buffer.take('a'), buffer.take('a')]).toEqual([bytes, undefined])
    const waiting = buffer.wait('b')
    await buffer.put('b', bytes, signal)
    expect([await waiting, buffer.take('b')]).toEqual([bytes, undefined])
    const other = buffer.wait('c')
    buffer.giveUp('c')
    expect(await other).toBeUndefined()
  })

  it('makes who brings blocks wait while it is full', async () => {
    await fill()
    let isIn = false
    const put = buffer.put('more', bytes, signal).then(() => (isIn = true))
    await Promise.resolve()
    expect(isIn).toBe(false)
    buffer.take('7')
    await put
    expect(buffer.take('more')).toBe(bytes)
  })

  it('is full with few large blocks as well', async () => {
    await buffer.put('a', new Uint8Array(MAX_PREFETCHED_BYTES), signal)
    const put = buffer.put('b', bytes, signal)
    buffer.take('a')
    await put
  })

  it('drops the oldest when somebody waits for what is yet to come', async () => {
    await fill()
    const waiting = buffer.wait('later')
    await buffer.put('between', bytes, signal)
    await buffer.put('later', bytes, signal)
    expect(await waiting).toBe(bytes)
    expect([buffer.take('0'), buffer.take('1'), buffer.take('between')]).toEqual([undefined, bytes, bytes])
  })

  it('drops all when nobody asks for long, and says so', async () => {
    await fill()
    const put = buffer.put('more', bytes, signal)
    jest.advanceTimersByTime(PREFETCH_PATIENCE)
    await expect(put).rejects.toThrow('nobody asks')
    expect([idle, buffer.take('3')]).toEqual([1, undefined])
  })

  it('lets go of who waits when it is closed or aborted', async () => {
    await fill()
    const abort = new AbortController()
    const put = buffer.put('more', bytes, abort.signal)
    abort.abort(new Error('enough'))
    await expect(put).rejects.toThrow('enough')
    const waiting = buffer.wait('x')
    buffer.close()
    expect(await waiting).toBeUndefined()
  })
})
