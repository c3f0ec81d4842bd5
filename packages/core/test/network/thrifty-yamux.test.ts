import { describe, expect, it } from '@jest/globals'
import type { MessageStream, Stream, StreamMuxer } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import fc from 'fast-check'
import { tapInput } from '../../src/network/tap.ts'
import { thriftyYamux } from '../../src/network/thrifty-yamux.ts'
import { until } from '../helpers/until.ts'

const INIT = { enableKeepAlive: false }
const WINDOW = 256 * 1024
const HEADER = 12
const DATA = 0
const WINDOW_UPDATE = 1

/** A stream from a muxer of libp2p to one of ours, and how many updates of a window it has been told of. */
async function setUp(): Promise<{
  out: Stream
  read: () => number
  updates: () => number
  pause: (is: boolean) => void
}> {
  const [dialer, listener] = multiaddrConnectionPair()
  const updates = countUpdates(dialer)
  const remote = yamux(INIT)().createStreamMuxer(dialer)
  const ours = thriftyYamux(INIT)().createStreamMuxer(listener)
  const incoming = nextStream(ours)
  const out = await remote.createStream()
  const stream = await incoming
  let received = 0
  stream.addEventListener('message', ({ data }) => (received += data.byteLength))
  return { out, read: () => received, updates, pause: (is) => (is ? stream.pause() : stream.resume()) }
}

function nextStream(muxer: StreamMuxer): Promise<Stream> {
  return new Promise((resolve) => {
    muxer.addEventListener('stream', ({ detail }) => resolve(detail), { once: true })
  })
}

function countUpdates(connection: MessageStream): () => number {
  let count = 0
  tapInput(connection, (data) => (count += frameTypes(Buffer.from(data.subarray())).filter(isUpdate).length))
  return () => count
}

const isUpdate = (type: number): boolean => type === WINDOW_UPDATE

/** A message may hold several frames. */
function frameTypes(message: Buffer): number[] {
  const types: number[] = []
  for (let at = 0; at < message.length;) {
    const type = message[at + 1] ?? 0
    types.push(type)
    at += HEADER + (type === DATA ? message.readUInt32BE(at + 8) : 0)
  }
  return types
}

/** Sends as fast as the window allows. */
async function sendAll(out: Stream, sizes: readonly number[]): Promise<void> {
  for (const size of sizes) if (!out.send(new Uint8Array(size))) await out.onDrain()
}

describe('thriftyYamux', () => {
  it('tells that it takes a stream, and of room when half of the window is used up', async () => {
    const { out, read, updates } = await setUp()
    await sendAll(out, new Array<number>(100).fill(1000))
    await until(() => read() === 100_000)
    await until(() => updates() > 0)
    await sendAll(out, [WINDOW / 2])
    await until(() => updates() > 1)
    expect(updates()).toBe(2)
  })

  it('never lets a stream stand still, whatever is sent and whenever it is held up', async () => {
    const messages = fc.array(fc.integer({ min: 1, max: 2 * WINDOW }), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(messages, fc.nat(), async (sizes, at) => {
        const { out, read, pause } = await setUp()
        const half = at % sizes.length
        await sendAll(out, sizes.slice(0, half))
        pause(true)
        const rest = sendAll(out, sizes.slice(half))
        pause(false)
        await rest
        const total = sizes.reduce((sum, size) => sum + size, 0)
        await until(() => read() === total)
      }),
      { numRuns: 30 }
    )
  })
})
