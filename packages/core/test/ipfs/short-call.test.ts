import { describe, expect, it } from '@jest/globals'
import { ShortCall } from '../../src/ipfs/short-call.ts'
import type { ShortCallInit } from '../../src/ipfs/short-call.ts'
import type { Dispatcher } from 'undici'

const limits = { whole: 8, explanation: 4 }

class Controller implements Dispatcher.DispatchController {
  reason: Error | null = null
  readonly paused = false

  get aborted(): boolean {
    return this.reason !== null
  }

  abort(reason: Error): void {
    this.reason = reason
  }

  pause(): void {}
  resume(): void {}
}

function begin(status: number, init: Partial<ShortCallInit> = {}): { call: ShortCall; controller: Controller } {
  const call = new ShortCall({ limits, ...init })
  const controller = new Controller()
  call.onRequestStart(controller)
  call.onResponseStart(controller, status)
  return { call, controller }
}

describe('ShortCall', () => {
  it('gives an answer that came in pieces', async () => {
    const { call, controller } = begin(200)
    call.onResponseData(controller, Buffer.from('abc'))
    call.onResponseData(controller, Buffer.from('de'))
    call.onResponseEnd(controller, { 'x-stream-error': 'why' })
    const answer = await call.answer
    expect(answer).toMatchObject({ status: 200, trailers: { 'x-stream-error': 'why' }, isCut: false })
    expect(answer.body.toString()).toBe('abcde')
  })

  it('takes no more of an answer than it may', async () => {
    const { call, controller } = begin(200)
    call.onResponseData(controller, Buffer.alloc(9))
    expect(await call.answer).toMatchObject({ status: 200, isCut: true })
    expect(controller.aborted).toBe(true)
  })

  it('takes the beginning of a long explanation for all of it', async () => {
    const { call, controller } = begin(500)
    call.onResponseData(controller, Buffer.from('why'))
    call.onResponseData(controller, Buffer.from(' not'))
    const answer = await call.answer
    expect(answer).toMatchObject({ status: 500, isCut: false })
    expect(answer.body.toString()).toBe('why')
    expect(controller.aborted).toBe(true)
  })

  it('takes an explanation that breaks off for what it is', async () => {
    const { call, controller } = begin(500)
    call.onResponseData(controller, Buffer.from('wh'))
    call.onResponseError(controller, new Error('broken'))
    expect((await call.answer).body.toString()).toBe('wh')
  })

  it('fails with an answer that breaks off', async () => {
    const { call, controller } = begin(200)
    call.onResponseError(controller, new Error('broken'))
    await expect(call.answer).rejects.toThrow('broken')
  })

  it('hands on what comes with status 200, and ends with what that throws', async () => {
    const seen: string[] = []
    const onData = (chunk: Buffer): void => {
      seen.push(chunk.toString())
      if (seen.length === 2) throw new Error('nonsense')
    }
    const { call, controller } = begin(200, { onData })
    call.onResponseData(controller, Buffer.from('a'))
    call.onResponseData(controller, Buffer.from('b'))
    await expect(call.answer).rejects.toThrow('nonsense')
    expect(seen).toEqual(['a', 'b'])
    expect(controller.reason?.message).toBe('nonsense')
  })

  it('collects an error although somebody takes what comes', async () => {
    const { call, controller } = begin(404, { onData: () => {} })
    call.onResponseData(controller, Buffer.from('no'))
    call.onResponseEnd(controller, {})
    expect((await call.answer).body.toString()).toBe('no')
  })

  it('ends at once when it is aborted, also before it was sent', async () => {
    const call = new ShortCall({ limits })
    call.abort(new Error('enough'))
    await expect(call.answer).rejects.toThrow('enough')
    const controller = new Controller()
    call.onRequestStart(controller)
    expect(controller.reason?.message).toBe('enough')
  })
})
