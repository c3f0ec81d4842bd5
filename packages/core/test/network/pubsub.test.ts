import { afterEach, describe, expect, it } from '@jest/globals'
import type { PubsubMessage } from '../../src/network/index.ts'
import { messageId } from '../../src/network/index.ts'
import { startAll, stopAll } from '../../src/util/index.ts'
import { readVectors } from '../codec/vectors.ts'
import { until } from '../helpers/until.ts'
import type { TestNetwork } from './networks.ts'
import { TestNetworks } from './networks.ts'
import { frame, RawPeer } from './raw-peer.ts'

const TOPIC = 'test.topic'

const networks = new TestNetworks()
const rawPeers: RawPeer[] = []

afterEach(async () => {
  await Promise.all(rawPeers.splice(0).map((peer) => peer.stop()))
  await networks.stop()
})

async function rawPeer({ address }: TestNetwork): Promise<RawPeer> {
  const peer = await RawPeer.connect(address)
  rawPeers.push(peer)
  return peer
}

/** Each connected to the one before. */
async function line(length: number): Promise<TestNetwork[]> {
  const all: TestNetwork[] = []
  for (let i = 0; i < length; i++) {
    const next = await networks.start()
    const previous = all.at(-1)
    if (previous !== undefined) await next.net.connect(previous.address)
    all.push(next)
  }
  return all
}

function listen({ net }: TestNetwork, accept?: (from: string) => boolean): PubsubMessage[] {
  const messages: PubsubMessage[] = []
  net.pubsub.topic(TOPIC).subscribe((message) => messages.push(message), accept)
  return messages
}

const words = (messages: readonly PubsubMessage[]): string[] => messages.map(({ data }) => Buffer.from(data).toString())

/** Publishes until somebody hears: the mesh takes a moment. */
async function publishUntil({ net }: TestNetwork, text: string, heard: () => boolean): Promise<void> {
  await until(`${text} is heard`, async () => {
    await net.pubsub.topic(TOPIC).publish(Buffer.from(text))
    return heard()
  })
}

describe('a peer that stops', () => {
  it('is a neighbour again as soon as it is back', async () => {
    const [a, b] = (await line(2)) as [TestNetwork, TestNetwork]
    listen(a)
    const subscribe = (): (() => void) => b.net.pubsub.topic(TOPIC).subscribe(() => {})
    const areNeighbours = (): boolean => meshOf(a).includes(b.net.peerId) && meshOf(b).includes(a.net.peerId)
    const unsubscribe = subscribe()
    await until('they are neighbours', areNeighbours)
    // The parts of a peer end their subscriptions before its network stops.
    await stopAll([b.net, { stop: unsubscribe }])
    await startAll([b.net])
    subscribe()
    await b.net.connect(a.address)
    const backSince = performance.now()
    await until('they are neighbours again', areNeighbours)
    // Far less than the time for which a peer that has left a topic is refused.
    expect(performance.now() - backSince).toBeLessThan(8000)
  })
})

function meshOf({ net }: TestNetwork): string[] {
  return (net.libp2p.services as unknown as { pubsub: { getMeshPeers(topic: string): string[] } }).pubsub.getMeshPeers(
    TOPIC
  )
}

describe('messages', () => {
  it('go to those who want them, also by way of others, and not back', async () => {
    const [a, b, c] = (await line(3)) as [TestNetwork, TestNetwork, TestNetwork]
    const heard = [a, b, c].map((each) => listen(each))
    await publishUntil(a, 'hello', () => (heard[2]?.length ?? 0) > 0)
    expect(heard[2]?.[0]).toEqual({ from: a.net.peerId, data: expect.anything() })
    expect(words(heard[2]?.slice(0, 1) ?? [])).toEqual(['hello'])
    expect(heard[0]).toEqual([])
  })

  it('are known by the identity that Go peers give them', async () => {
    const [a, b] = (await line(2)) as [TestNetwork, TestNetwork]
    const ids: [string, string][] = []
    b.net.libp2p.services.pubsub.addEventListener('gossipsub:message', ({ detail: { msg, msgId } }) => {
      if (msg.type !== 'signed') return
      const expected = messageId(msg.from.toMultihash().bytes, msg.sequenceNumber)
      ids.push([Buffer.from(msgId, 'latin1').toString('hex'), Buffer.from(expected).toString('hex')])
    })
    const heard = listen(b)
    await publishUntil(a, 'x', () => heard.length > 0)
    expect(ids.length).toBeGreaterThan(0)
    for (const [seen, expected] of ids) expect(seen).toBe(expected)
  })

  it('of somebody who is not accepted are neither heard nor passed on', async () => {
    const [a, b, c] = (await line(3)) as [TestNetwork, TestNetwork, TestNetwork]
    const isGood = (from: string): boolean => from !== a.net.peerId
    const heardByB = listen(b, isGood)
    const heardByC = listen(c)
    listen(a)
    await until('both are in the mesh', () => b.net.pubsub.topic(TOPIC).subscribers().length === 2)
    await a.net.pubsub.topic(TOPIC).publish(Buffer.from('bad'))
    await publishUntil(b, 'good', () => heardByC.length > 0)
    expect(new Set(words(heardByC))).toEqual(new Set(['good']))
    expect(heardByB).toEqual([])
  })

  it('of Go peers are taken as they are', async () => {
    const [a] = (await line(1)) as [TestNetwork]
    const peer = await rawPeer(a)
    const [vector] = readVectors('metrics_pubsub.json')
    const heard: PubsubMessage[] = []
    a.net.pubsub.topic('monitor.metrics').subscribe((message) => heard.push(message))
    peer.sendMessage(Buffer.from(String(vector?.extra?.['signed_message_pb_hex']), 'hex'))
    await until('it is heard', () => heard.length === 1)
    expect(Buffer.from(heard[0]?.data ?? []).toString('hex')).toBe(vector?.hex)
    expect(heard[0]?.from).toBe('12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5')
  })

  it('to nobody are no fault; those that are too large are', async () => {
    const [a] = (await line(1)) as [TestNetwork]
    const topic = a.net.pubsub.topic(TOPIC)
    await topic.publish(Buffer.from('hello?'))
    await expect(topic.publish(new Uint8Array(1024 * 1024))).rejects.toMatchObject({ code: 'ERR_BAD_REQUEST' })
    await networks.stop()
    await expect(topic.publish(Buffer.from('x'))).rejects.toMatchObject({ code: 'ERR_NOT_RUNNING' })
  })

  it('are heard until the subscription ends', async () => {
    const [a, b] = (await line(2)) as [TestNetwork, TestNetwork]
    const first: PubsubMessage[] = []
    const end = b.net.pubsub.topic(TOPIC).subscribe((message) => first.push(message))
    const second = listen(b)
    await publishUntil(a, 'one', () => first.length > 0)
    end()
    const before = first.length
    const already = second.length
    await publishUntil(a, 'two', () => second.length > already)
    expect(first).toHaveLength(before)
  })

  it('begin with news of who has subscribed', async () => {
    const [a, b] = (await line(2)) as [TestNetwork, TestNetwork]
    const peers: string[] = []
    a.net.pubsub.topic(TOPIC).onSubscriber((peer) => peers.push(peer))
    listen(b)
    await until('it is told', () => peers.length > 0)
    expect(peers).toEqual([b.net.peerId])
    expect(a.net.pubsub.topic(TOPIC).subscribers()).toEqual([b.net.peerId])
  })
})

describe('a member that sends what it should not', () => {
  it('is not heard when the signature is missing, wrong, or of somebody else', async () => {
    const [a] = (await line(1)) as [TestNetwork]
    const peer = await rawPeer(a)
    const heard = listen(a)
    const publish = (text: string, forgery = {}): Promise<void> => peer.publish(TOPIC, Buffer.from(text), forgery)
    await publish('unsigned', { signature: null })
    await publish('badly signed', { signature: new Uint8Array(64) })
    await publish('signed with a stump', { signature: new Uint8Array(3) })
    await publish('of somebody else', { from: Buffer.from(a.net.libp2p.peerId.toMultihash().bytes) })
    await publish('of a stump', { from: Uint8Array.of(0, 2, 1, 2) })
    await publish('of nobody', { from: new Uint8Array() })
    await publish('with a wrong key', { key: new Uint8Array(40) })
    await publish('fine')
    await until('the good one is heard', () => heard.length > 0)
    expect(words(heard)).toEqual(['fine'])
  })

  it('is cut off after a frame that is too long, and others are still heard', async () => {
    const [a, b] = (await line(2)) as [TestNetwork, TestNetwork]
    const peer = await rawPeer(a)
    const heard = listen(a)
    peer.send(Uint8Array.of(0xff, 0xff, 0xff, 0x7f))
    for (let i = 0; i < 8; i++) peer.send(new Uint8Array(256 * 1024))
    await publishUntil(b, 'still here', () => heard.length > 0)
    expect(new Set(words(heard))).toEqual(new Set(['still here']))
  })

  it('does no harm with frames that make no sense', async () => {
    const [a] = (await line(1)) as [TestNetwork]
    const peer = await rawPeer(a)
    const heard = listen(a)
    for (let i = 0; i < 200; i++) peer.send(frame(crypto.getRandomValues(new Uint8Array(i))))
    await peer.publish(TOPIC, Buffer.from('sense'))
    await until('sense is heard', () => heard.length > 0)
    expect(words(heard)).toEqual(['sense'])
  })

  it('is heard only so much', async () => {
    const [a] = (await line(1)) as [TestNetwork]
    const peer = await rawPeer(a)
    let heard = 0
    a.net.pubsub.topic(TOPIC).subscribe(() => heard++)
    const [count, size] = [60, 1000 * 1024]
    const begin = performance.now()
    for (let i = 0; i < count; i++) await peer.publish(TOPIC, new Uint8Array(size))
    const last: string[] = []
    a.net.pubsub.topic('end').subscribe(({ data }) => last.push(String(data)))
    await until('all has been looked at', async () => {
      await peer.publish('end', Buffer.from('end'))
      return last.length > 0
    })
    expect(heard).toBeGreaterThanOrEqual(32)
    // A burst of 32 MiB, then 2 MiB a second.
    expect(heard).toBeLessThanOrEqual(34 + (2 * (performance.now() - begin)) / 1000)
  }, 180_000)
})
