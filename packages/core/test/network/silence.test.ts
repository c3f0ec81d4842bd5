import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { MultiaddrConnection } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { KEEP_ALIVE_INTERVAL } from '../../src/network/defaults.ts'
import { thriftyYamux } from '../../src/network/thrifty-yamux.ts'

const PING = 2
const QUESTION = 1
const ANSWER = 2

/** A connection with our muxer, and its other side, which has none: what it says is up to the test. */
let connection: MultiaddrConnection
let other: MultiaddrConnection
/** The questions that came there. */
let questions: number[]

function watch(): { getRTT(): number } {
  const muxer: unknown = thriftyYamux({})().createStreamMuxer(connection)
  return muxer as { getRTT(): number }
}

function ping(flag: number, id: number): Uint8Array {
  return Uint8Array.of(0, PING, 0, flag, 0, 0, 0, 0, 0, 0, 0, id)
}

async function pass(intervals: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(intervals * KEEP_ALIVE_INTERVAL)
}

beforeEach(() => {
  jest.useFakeTimers()
  questions = []
  ;[connection, other] = multiaddrConnectionPair()
  other.addEventListener('message', ({ data }) => {
    const frame = data.subarray()
    if (frame[1] === PING && frame[3] === QUESTION) questions.push(frame[11] ?? 0)
  })
})

afterEach(() => {
  jest.useRealTimers()
})

describe('a connection', () => {
  it('ends when nothing comes', async () => {
    watch()
    await pass(1.9)
    expect(connection.status).toBe('open')
    await pass(0.2)
    expect(connection.status).toBe('aborted')
  })

  it('lives on when the answer comes late', async () => {
    watch()
    for (const late of [1.5, 0.5, 1.9, 1.1]) {
      await pass(late)
      for (const id of questions.splice(0)) other.send(ping(ANSWER, id))
      await pass(0.01)
    }
    expect(connection.status).toBe('open')
  })

  it('lives on while anything comes, however long an answer may wait behind it', async () => {
    watch()
    for (let id = 0; id < 20; id++) {
      await pass(1)
      other.send(ping(QUESTION, id))
    }
    expect(connection.status).toBe('open')
    await pass(3)
    expect(connection.status).toBe('aborted')
  })

  it('is asked at once, so that windows can be as wide as the way is long', async () => {
    const muxer = watch()
    await jest.advanceTimersByTimeAsync(50)
    for (const id of questions) other.send(ping(ANSWER, id))
    await jest.advanceTimersByTimeAsync(50)
    expect(muxer.getRTT()).toBeGreaterThanOrEqual(50)
  })

  it('leaves no timer behind when it closes, or was closed before', async () => {
    watch()
    connection.abort(new Error('it is enough'))
    watch()
    await pass(4)
    expect(jest.getTimerCount()).toBe(0)
  })
})
