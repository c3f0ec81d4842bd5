import { describe, expect, it } from '@jest/globals'
import { abortable, withTimeout } from '../../src/util/signals.ts'

describe('abortable', () => {
  it('gives up waiting, and says why', async () => {
    const abort = new AbortController()
    const waiting = abortable(new Promise(() => {}), { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })

  it('takes the failure of what nobody waits for any more, which would else end the process', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): number => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const failing = Promise.reject(new Error('too late'))
    await expect(abortable(failing, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('is the promise when nobody aborts', async () => {
    await expect(abortable(Promise.resolve(1), {})).resolves.toBe(1)
    const { signal } = new AbortController()
    await expect(abortable(Promise.resolve(2), { signal })).resolves.toBe(2)
    await expect(abortable(Promise.reject(new Error('no')), { signal })).rejects.toThrow('no')
  })
})

describe('withTimeout', () => {
  it('aborts with the first that does', async () => {
    const abort = new AbortController()
    const signal = withTimeout(60_000, undefined, abort.signal)
    expect(signal.aborted).toBe(false)
    abort.abort(new Error('first'))
    expect(signal.reason).toEqual(new Error('first'))
    const short = withTimeout(1)
    await new Promise((resolve) => short.addEventListener('abort', resolve))
    expect((short.reason as Error).name).toBe('TimeoutError')
  })
})
