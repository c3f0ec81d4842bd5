import { describe, expect, it } from '@jest/globals'
import type { Stream, StreamMuxer } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { trustAgreements } from '../../src/network/agreed-protocols.ts'
import { libp2pByteStream } from '../../src/network/libp2p-byte-stream.ts'
import { until } from '../helpers/until.ts'
import { collect } from '../pintracker/fakes.ts'

const PROTOCOL = '/test/1.0.0'
const GREETING = '\x13/multistream/1.0.0\n'
const AGREEMENT = `${GREETING}\x0c${PROTOCOL}\n`

/** A stream of each side, and what has come to them. */
interface Pair {
  out: Stream
  incoming: Stream
  received: { there: string; here: string }
}

/** Two muxers, the first of which has had a stream that was negotiated. */
async function setUp(): Promise<{ next: () => Promise<Pair> }> {
  const [dialer, listener] = multiaddrConnectionPair()
  const here = trustAgreements(yamux({ enableKeepAlive: false })().createStreamMuxer(dialer))
  const there = yamux({ enableKeepAlive: false })().createStreamMuxer(listener)
  const next = (): Promise<Pair> => pair(here, there)
  const { out, incoming } = await next()
  expect(out.protocol).toBe('')
  // As libp2p does when it has negotiated.
  out.protocol = PROTOCOL
  await Promise.all([out.close(), incoming.close()])
  await until(() => out.status === 'closed')
  return { next }
}

async function pair(here: StreamMuxer, there: StreamMuxer): Promise<Pair> {
  const opened = new Promise<Stream>((resolve) => {
    there.addEventListener('stream', ({ detail }) => resolve(detail), { once: true })
  })
  const out = await here.createStream({ protocol: PROTOCOL })
  const received = { there: '', here: '' }
  out.addEventListener('message', ({ data }) => (received.here += Buffer.from(data.subarray()).toString()))
  const incoming = await opened
  incoming.addEventListener('message', ({ data }) => (received.there += Buffer.from(data.subarray()).toString()))
  return { out, incoming, received }
}

describe('trustAgreements', () => {
  it('asks for a protocol that was agreed to, and goes on without an answer', async () => {
    const { out, received } = await (await setUp()).next()
    expect(out.protocol).toBe(PROTOCOL)
    out.send(Buffer.from('hello'))
    await until(() => received.there === `${AGREEMENT}hello`)
  })

  it.each([1, 5, 20, 33, 100])(
    'gives the reader what is behind the answer, which comes in pieces of %d',
    async (size) => {
      const { incoming, received } = await (await setUp()).next()
      const answer = `${AGREEMENT}hello back`
      for (let i = 0; i < answer.length; i += size) incoming.send(Buffer.from(answer.slice(i, i + size)))
      await until(() => received.here === 'hello back')
    }
  )

  it('ends a stream that is refused all the same, and asks first before the next one', async () => {
    const { next } = await setUp()
    const { out, incoming, received } = await next()
    let reason: Error | undefined
    out.addEventListener('close', ({ error }) => (reason = error))
    incoming.send(Buffer.from(`${GREETING}\x03na\n`))
    await until(() => out.status === 'aborted')
    expect(reason).toMatchObject({ name: 'UnsupportedProtocolError' })
    expect(reason?.message).toContain(PROTOCOL)
    expect(received.here).toBe('')
    expect((await next()).out.protocol).toBe('')
  })

  it.each(['', GREETING, AGREEMENT.slice(0, -1)])(
    'takes no end for that of an answer which comes behind %j instead of the agreement',
    async (words) => {
      const { next } = await setUp()
      const { out, incoming } = await next()
      const answer = collect(libp2pByteStream(out))
      if (words !== '') incoming.send(Buffer.from(words))
      await incoming.close()
      await expect(answer).rejects.toMatchObject({ code: 'ERR_STREAM' })
      expect((await next()).out.protocol).toBe('')
    }
  )

  it('trusts no agreement to another protocol, nor one that did not come', async () => {
    const [dialer, listener] = multiaddrConnectionPair()
    const here = trustAgreements(yamux({ enableKeepAlive: false })().createStreamMuxer(dialer))
    yamux({ enableKeepAlive: false })().createStreamMuxer(listener)
    const refused = await here.createStream({ protocol: PROTOCOL })
    refused.abort(new Error('refused'))
    const other = await here.createStream({ protocol: '/other/1.0.0' })
    other.protocol = '/other/1.0.0'
    other.abort(new Error('done'))
    expect((await here.createStream({ protocol: PROTOCOL })).protocol).toBe('')
    expect((await here.createStream()).protocol).toBe('')
    expect((await here.createStream({ protocol: '/other/1.0.0' })).protocol).toBe('/other/1.0.0')
  })
})
