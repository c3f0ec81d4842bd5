import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { MAX_OPEN_WANTS } from '../../../src/exchange/direct/defaults.ts'
import { encodeBlockHead, encodeWants } from '../../../src/exchange/direct/messages.ts'
import { LinkBrokenError, PeerLink, RubbishError } from '../../../src/exchange/direct/peer-link.ts'
import { collect, startNode } from '../../helpers.ts'
import type { TestNode } from '../../helpers.ts'
import { connect, dial, rawBlock, ServingHost, strangeHost } from './support.ts'

const wanted = rawBlock('what is wanted')
const never = new AbortController().signal

function answer(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([encodeBlockHead(bytes.length), bytes])
}

/** Rubbish that a server may answer with, once it was asked. */
const ANSWERS: [string, (stream: Stream) => void][] = [
  ['bytes of another block', (stream) => stream.send(answer(Buffer.from('rubbish')))],
  ['a length of two gigabytes', (stream) => stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07))],
  ['a length without an end', (stream) => stream.send(new Uint8Array(64).fill(0x80))],
  ['a field longer than its message', (stream) => stream.send(Uint8Array.of(4, 0x08, 1, 0x12, 0x7f))],
  [
    'more answers than it was asked for',
    (stream) => stream.send(Buffer.concat([1, 2].map(() => answer(wanted.bytes))))
  ],
  ['random bytes without an end', (stream) => void flood(stream)],
  [
    'half an answer',
    (stream) => {
      stream.send(answer(wanted.bytes).subarray(0, 9))
      void stream.close()
    }
  ],
  ['a reset', (stream) => stream.abort(new Error('by the test'))]
]

async function flood(stream: Stream): Promise<void> {
  while (stream.status === 'open') {
    if (!stream.send(randomBytes(65_536))) await Promise.race([once(stream, 'drain'), once(stream, 'close')])
  }
}

/** The node is well: it serves what it has, and has nothing but that. */
async function expectWell(node: TestNode, stored: number): Promise<void> {
  expect((await node.post('version')).status).toBe(200)
  expect(await collect(node.client.refs.local())).toHaveLength(stored)
}

describe('a hostile server', () => {
  it.each(ANSWERS)('that sends %s: nothing of it is kept, and another one is asked', async (_what, respond) => {
    const node = await startNode({ profile: 'loopback' })
    await connect(node, await strangeHost((stream) => stream.addEventListener('message', () => respond(stream))))
    const good = new ServingHost()
    const goodHost = await good.start()
    await connect(node, goodHost)
    good.blocks.set(String.fromCharCode(...wanted.cid.multihash.bytes), wanted.bytes)
    await node.client.pin.add(wanted.cid)
    await expectWell(node, 1)
  })

  it('that says nothing is given up after a while', async () => {
    const node = await startNode({ profile: 'loopback' })
    const silent = await strangeHost()
    const link = new PeerLink(() => dial(silent, node), { stepTimeout: 50 })
    // The node answers only what it has, so ask through a stream that it does not see the wants of.
    const mute = new PeerLink(async () => Object.assign(await dial(silent, node), { send: () => true }), {
      stepTimeout: 50
    })
    await expect(mute.ask(wanted.cid, never)).rejects.toThrow(LinkBrokenError)
    expect(mute.load).toBe(0)
    expect(await link.ask(wanted.cid, never)).toBeUndefined()
    link.close()
  })

  it('is known for what it is, and all that waits is told', async () => {
    const host = await strangeHost((stream) => {
      stream.addEventListener('message', () => stream.send(answer(Buffer.from('rubbish'))))
    })
    const asker = await strangeHost()
    const [address] = host.getMultiaddrs()
    const link = new PeerLink(() => asker.dialProtocol(address!, '/ipfscluster-ts/blocks/1.0.0'))
    const all = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => link.ask(rawBlock(`${i}`).cid, never)))
    for (const { reason } of all as PromiseRejectedResult[]) expect(reason).toBeInstanceOf(RubbishError)
    expect(link.load).toBe(0)
  })
})

describe('a hostile asker', () => {
  it('that sends 200 malformed inputs is cut off each time, and the node goes on', async () => {
    const node = await startNode({ profile: 'loopback' })
    const { cid } = await node.client.add('served all the while', { cidVersion: 1, rawLeaves: true })
    const host = await strangeHost()
    const before = process.memoryUsage().rss
    for (let i = 0; i < 200; i++) {
      const stream = await dial(host, node)
      const closed = once(stream, 'close')
      stream.send(malformed(i))
      void stream.close().catch(() => {})
      await closed
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(128 << 20)
    const link = new PeerLink(() => dial(host, node))
    expect(Buffer.from((await link.ask(cid as never, never)) ?? []).toString()).toBe('served all the while')
    link.close()
    await expectWell(node, 1)
  })

  it('that wants more at once than is allowed is cut off', async () => {
    const node = await startNode({ profile: 'loopback' })
    const stream = await dial(await strangeHost(), node)
    const closed = once(stream, 'close')
    stream.send(encodeWants(Array.from({ length: MAX_OPEN_WANTS + 1 }, () => wanted.cid)))
    await closed
    await expectWell(node, 0)
  })

  it('that does not take its answers costs the node no more than what it reads ahead', async () => {
    const node = await startNode({ profile: 'loopback' })
    const bytes = Buffer.alloc(1 << 20, 7)
    const { cid } = await node.client.add(bytes, { cidVersion: 1, rawLeaves: true, chunker: 'size-1048576' })
    const host = await strangeHost()
    const before = process.memoryUsage().rss
    const streams: Stream[] = []
    for (let i = 0; i < 4; i++) {
      const stream = await dial(host, node)
      stream.pause()
      stream.send(encodeWants(Array.from({ length: MAX_OPEN_WANTS }, () => cid as never)))
      streams.push(stream)
    }
    const link = new PeerLink(() => dial(host, node))
    // A fifth stream of one connection is refused; another connection is served.
    link.close()
    const other = await strangeHost()
    const fresh = new PeerLink(() => dial(other, node))
    expect(await fresh.ask(cid as never, never)).toHaveLength(bytes.length)
    fresh.close()
    // A GiB was asked for.
    expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20)
    for (const stream of streams) stream.abort(new Error('the test is over'))
  })
})

/** Bytes that are no messages with wants, a different kind each time. */
function malformed(i: number): Uint8Array | Uint8ArrayList {
  const good = encodeWants([wanted.cid])
  const kinds = [
    () => good.subarray(0, 1 + (i % (good.length - 1))),
    () => Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, i & 0x7f),
    () => Uint8Array.of(3, 0x0a, 0x7f, i & 0xff),
    () => Uint8Array.of(2, 0x0b, i & 0xff),
    () => randomBytes(1 + i),
    () => new Uint8ArrayList(Uint8Array.of(0x80, 0x80, 0x04), randomBytes(65_536)),
    () => Buffer.concat([Uint8Array.of(40, 0x0a, 38), randomBytes(38)])
  ]
  return kinds[i % kinds.length]?.() ?? good
}
