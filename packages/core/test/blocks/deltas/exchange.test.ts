import { afterEach, describe, expect, it } from '@jest/globals'
import type { Libp2p } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { deltaExchange, DELTAS_PROTOCOL } from '@ipfs-cluster/core/blocks/deltas'
import type { DeltaExchange } from '@ipfs-cluster/core/blocks/deltas'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore } from '@ipfs-cluster/core/datastore'
import { nullLogger } from '@ipfs-cluster/core/util'
import type { ByteStream } from '../../../src/network/byte-stream.ts'
import { frame, readFrames } from '../../../src/network/frames.ts'
import { libp2pByteStream } from '../../../src/network/libp2p-byte-stream.ts'
import { BITSWAP_PROTOCOLS } from '../../../src/blocks/bitswap/defaults.ts'
import { decodeMessage, encodeMessage } from '../../../src/blocks/bitswap/message.ts'
import { decodeAnswer, encodeAnswer, encodeRequest, EndStatus } from '../../../src/blocks/deltas/messages.ts'
import { encodeBroadcast } from '../../../src/consensus/crdt/broadcast.ts'
import { dump, PEER_B, pinOf, testReplica, TestTopic } from '../../consensus/crdt/helpers.ts'
import type { TestReplica } from '../../consensus/crdt/helpers.ts'
import { chainOf, identifyingHost, someCid } from '../support.ts'
import { until } from '../../helpers/until.ts'

/** A replica with a host of its own. */
interface TestPeer extends TestReplica {
  readonly libp2p: Libp2p
  readonly exchange: DeltaExchange
  readonly topic: TestTopic
}

const cleanups: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

interface PeerOptions {
  stretches?: boolean
  datastore?: Datastore
  trustedPeers?: string[]
}

async function host(): Promise<Libp2p> {
  const libp2p = await identifyingHost()
  cleanups.push(async () => libp2p.stop())
  return libp2p
}

async function peer({ stretches = true, datastore, trustedPeers = ['*'] }: PeerOptions = {}): Promise<TestPeer> {
  const libp2p = await host()
  const topic = new TestTopic()
  const exchange = deltaExchange({ stretches })({
    network: { libp2p },
    logger: nullLogger,
    replica: () => replica.consensus
  })
  const replica = testReplica(
    { trustedPeers, repairInterval: 3_600_000 },
    { deltas: exchange, broadcaster: topic.broadcaster('self'), ...(datastore && { datastore }) }
  )
  await replica.datastore.open()
  await exchange.start?.()
  await replica.start()
  const stop = async (): Promise<void> => {
    await replica.stop()
    await exchange.stop?.()
    await libp2p.stop()
  }
  cleanups.push(stop)
  return { ...replica, libp2p, exchange, topic, stop }
}

async function connect(a: { libp2p: Libp2p }, b: { libp2p: Libp2p }): Promise<void> {
  await a.libp2p.dial(b.libp2p.getMultiaddrs())
}

async function pin(at: TestReplica, count: number, label = 'pin'): Promise<void> {
  for (let i = 0; i < count; i++) await at.consensus.logPin(pinOf(someCid(`${label} ${i}`), label))
}

/** Tells a peer of heads as if they had been told of on the topic, and waits until it has what it can get. */
function tell(to: TestPeer, heads: readonly CID[]): void {
  to.topic.deliver({ from: PEER_B, data: encodeBroadcast(heads) })
}

const contents = ({ datastore }: TestReplica): Promise<Record<string, string>> => dump(datastore, '/c/')

async function untilEqual(one: TestReplica, other: TestReplica): Promise<void> {
  await until(async () => (await one.consensus.state.count()) === (await other.consensus.state.count()))
  await one.consensus.settled()
  expect(await contents(one)).toEqual(await contents(other))
}

describe('deltaExchange', () => {
  it('brings an empty peer up by itself as soon as it is connected', async () => {
    const full = await peer()
    await pin(full, 300)
    const fresh = await peer()
    await connect(fresh, full)
    await untilEqual(fresh, full)
  })

  it('does the same in both directions, and with several heads', async () => {
    const [a, b] = [await peer(), await peer()]
    await pin(a, 40, 'a')
    await pin(b, 60, 'b')
    await connect(a, b)
    await until(async () => (await a.consensus.state.count()) === 100 && (await b.consensus.state.count()) === 100)
    expect(await contents(a)).toEqual(await contents(b))
    expect(a.consensus.heads).toHaveLength(2)
  })

  it('works by bitswap with a peer that speaks nothing else, whichever side that is', async () => {
    const full = await peer({ stretches: false })
    await pin(full, 100)
    const fresh = await peer()
    await connect(fresh, full)
    tell(fresh, full.consensus.heads)
    await untilEqual(fresh, full)
    const plain = await peer({ stretches: false })
    await connect(plain, fresh)
    tell(plain, fresh.consensus.heads)
    await untilEqual(plain, full)
  })

  it('sends only what the other side lacks', async () => {
    const [a, b] = [await peer(), await peer()]
    await pin(a, 100, 'both')
    await connect(b, a)
    await untilEqual(b, a)
    await b.libp2p.hangUp(a.libp2p.peerId)
    await pin(a, 50, 'later')
    const { blocks } = a.consensus
    const read = new Set<string>()
    const get = blocks.get.bind(blocks)
    blocks.get = async (cid, options) => {
      read.add(cid.toString())
      return get(cid, options)
    }
    await connect(b, a)
    await untilEqual(b, a)
    // One more is read: the head that the other side said it has.
    expect(read.size).toBeLessThanOrEqual(51)
  })

  it('waits for a block until somebody has it', async () => {
    const [a, b] = [await peer(), await peer()]
    await connect(b, a)
    await pin(a, 1)
    const [head] = a.consensus.heads
    const third = await peer()
    const waiting = third.exchange.getBlock(head!, { signal: AbortSignal.timeout(20_000) })
    await connect(third, a)
    expect(Buffer.from(await waiting)).toEqual(Buffer.from((await a.consensus.blocks.get(head!))!))
    await expect(
      third.exchange.getBlock(someCid('nobody has it'), { signal: AbortSignal.timeout(50) })
    ).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('passes a block on to who asked for it before it was there', async () => {
    const [source, middle, asker] = [await peer(), await peer(), await peer()]
    await pin(source, 1)
    const [head] = source.consensus.heads
    await connect(asker, middle)
    const waiting = asker.exchange.getBlock(head!, { signal: AbortSignal.timeout(8000) })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await connect(middle, source)
    // Well before the asker would ask once more by itself.
    expect(Buffer.from(await waiting)).toEqual(Buffer.from((await source.consensus.blocks.get(head!))!))
  })

  it('goes on with another peer, or by bitswap, when the one that sends is gone', async () => {
    const [first, second] = [await peer(), await peer()]
    await pin(first, 400)
    await connect(second, first)
    await untilEqual(second, first)
    const fresh = await peer()
    let served = 0
    const { blocks } = first.consensus
    const get = blocks.get.bind(blocks)
    blocks.get = async (cid, options) => {
      if (++served === 150) for (const connection of first.libp2p.getConnections()) connection.abort(new Error('gone'))
      return get(cid, options)
    }
    await connect(fresh, first)
    await until(() => served >= 150)
    await connect(fresh, second)
    await untilEqual(fresh, second)
  })

  it('goes on where it was when it is stopped in the middle and started again', async () => {
    const full = await peer()
    await pin(full, 600)
    const datastore = memoryDatastore()
    const early = await peer({ datastore: keepOpen(datastore) })
    let served = 0
    const { blocks } = full.consensus
    const get = blocks.get.bind(blocks)
    const enough = new Promise<void>((resolve) => {
      blocks.get = async (cid, options) => {
        if (++served === 200) resolve()
        return get(cid, options)
      }
    })
    await connect(early, full)
    await enough
    await until(async () => (await early.consensus.state.count()) > 0)
    await early.stop()
    const before = Object.keys(await dump(datastore, '/c/b/blocks/')).length
    expect(before).toBeGreaterThan(0)

    served = 0
    const again = await peer({ datastore: keepOpen(datastore) })
    await connect(again, full)
    await untilEqual(again, full)
    expect(await dump(datastore, '/ts/crdt/c/missing/')).toEqual({})
    if (before < 600) expect(served).toBeLessThan(600 - before + 20)
  })

  it('does not follow the heads of a peer that is not trusted', async () => {
    const stranger = await peer()
    await pin(stranger, 3)
    const wary = await peer({ trustedPeers: [PEER_B] })
    const heard: string[] = []
    wary.exchange.onHeads(({ from }) => heard.push(from))
    await connect(wary, stranger)
    await until(() => heard.includes(stranger.libp2p.peerId.toString()))
    await wary.consensus.settled()
    expect(await wary.consensus.state.count()).toBe(0)
  })

  it('sends what is pinned to trusted peers at once, without a word on the topic', async () => {
    const [a, b] = [await peer(), await peer()]
    await pin(a, 1, 'before')
    await connect(b, a)
    await untilEqual(b, a)
    // The stream on which blocks are pushed opens beside the question for the heads.
    await until(async () => {
      await pin(a, 1, `try ${a.topic.sent.length}`)
      const before = await a.consensus.state.count()
      await new Promise((resolve) => setTimeout(resolve, 100))
      return (await b.consensus.state.count()) === before
    })
    await pin(a, 100, 'then')
    await untilEqual(b, a)
    await pin(b, 100, 'back')
    await untilEqual(a, b)
  })

  it('gives a block that is pushed to who asked for it before, whom nobody else could give it', async () => {
    const [maker, asker] = [await peer(), await peer()]
    const [block] = chainOf(1)
    await connect(asker, maker)
    const got = asker.exchange.getBlock(block!.cid, { signal: AbortSignal.timeout(50_000) })
    await until(() => maker.exchange.push([block!.bytes]).length > 0)
    expect(Buffer.from(await got)).toEqual(Buffer.from(block!.bytes))
  })

  it('pushes nothing to a peer that is not trusted', async () => {
    const stranger = await peer()
    const wary = await peer({ trustedPeers: [PEER_B] })
    await connect(stranger, wary)
    await until(async () => (await stranger.libp2p.peerStore.get(wary.libp2p.peerId)).protocols.length > 0)
    const connection = stranger.libp2p.getConnections()[0]
    const stream = libp2pByteStream(await connection!.newStream(DELTAS_PROTOCOL))
    await stream.write(frame(encodeRequest({ kind: 'follow' })))
    const answers = await Array.fromAsync(readFrames(stream, 1 << 20), (message) => decodeAnswer(message).end)
    expect(answers).toEqual([EndStatus.BUSY])
  })

  it('answers streams of our own protocol only to who sends a request, and says so to a newer one', async () => {
    const full = await peer()
    await pin(full, 2)
    const raw = await host()
    const connection = await raw.dial(full.libp2p.getMultiaddrs())
    const ask = async (request: Uint8Array): Promise<ReturnType<typeof decodeAnswer>> => {
      const stream = libp2pByteStream(await connection.newStream(DELTAS_PROTOCOL))
      await stream.write(frame(request))
      for await (const message of readFrames(stream, 1 << 20)) return decodeAnswer(new Uint8Array(message))
      throw new Error('no answer')
    }
    expect(await ask(encodeRequest({ kind: 'heads' }))).toMatchObject({
      heads: full.consensus.heads,
      end: EndStatus.DONE
    })
    expect((await ask(Uint8Array.of(0x4a, 0))).end).toBe(EndStatus.UNKNOWN_REQUEST)
  })

  it('refuses wrong blocks from whoever sends them, and gets the right ones elsewhere', async () => {
    const full = await peer()
    await pin(full, 20)
    const liar = await host()
    let asked = 0
    // Offers both protocols; answers whatever is asked for with blocks that nobody asked for.
    await liar.handle(DELTAS_PROTOCOL, async (stream) => {
      const bytes = libp2pByteStream(stream)
      for await (const _ of readFrames(bytes, 1 << 16)) {
        asked++
        await bytes.write(frame(encodeAnswer({ blocks: [Buffer.from('wrong')] }))).catch(() => {})
      }
    })
    await liar.handle(BITSWAP_PROTOCOLS[0], async (stream, connection) => {
      for await (const message of readFrames(libp2pByteStream(stream), 1 << 20)) {
        const { wants } = decodeMessage(message)
        const reply = libp2pByteStream(await connection.newStream(BITSWAP_PROTOCOLS[0]))
        const presences = wants.map(({ cid }) => ({ cid, isThere: true }))
        const blocks = wants.map(({ cid }) => ({ prefix: cid.bytes.subarray(0, 4), bytes: Buffer.from('wrong') }))
        const answer = { wants: [], full: false, presences, blocks }
        await reply.write(frame(encodeMessage(answer, { presences: true, prefixes: true })))
      }
    })
    const fresh = await peer()
    await connect(fresh, { libp2p: liar })
    await until(() => asked > 0)
    tell(fresh, full.consensus.heads)
    await connect(fresh, full)
    await untilEqual(fresh, full)
  })

  it('stays up whatever is sent to it', async () => {
    const full = await peer()
    await pin(full, 5)
    const attacker = await host()
    const connection = await attacker.dial(full.libp2p.getMultiaddrs())
    const before = process.memoryUsage().rss
    let state = 1
    const random = (): number => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff
    const valid = [
      frame(encodeRequest({ kind: 'stretch', wanted: full.consensus.heads, known: [] })),
      frame(encodeMessage(everything(full.consensus.heads), { presences: true, prefixes: true }))
    ]
    const open = async (protocol: string): Promise<ByteStream> => libp2pByteStream(await connection.newStream(protocol))
    for (let i = 0; i < 200; i++) {
      const stream = await open(i % 2 === 0 ? DELTAS_PROTOCOL : BITSWAP_PROTOCOLS[i % 4]!)
      const message = hostile(i, valid, random)
      await stream.write(message).catch(() => {})
      if (i % 3 === 0) await stream.closeWrite().catch(() => {})
      if (i % 3 !== 2) stream.abort(new Error('enough'))
      else await stream.close()
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
    const fresh = await peer()
    await connect(fresh, full)
    await untilEqual(fresh, full)
  }, 60_000)

  it('can be stopped at any time, and started again', async () => {
    const [a, b] = [await peer(), await peer()]
    await pin(a, 50)
    await connect(b, a)
    await b.exchange.stop?.()
    await b.exchange.stop?.()
    expect(b.libp2p.getProtocols()).not.toContain(DELTAS_PROTOCOL)
    await b.exchange.start?.()
    tell(b, a.consensus.heads)
    await untilEqual(b, a)
  })
})

/** A datastore that a peer does not close, so that the next one finds it. */
function keepOpen(datastore: Datastore): Datastore {
  return new Proxy(datastore, {
    get(target, name) {
      if (name === 'close' || name === 'stop') return async () => {}
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    }
  })
}

function everything(heads: readonly CID[]): Parameters<typeof encodeMessage>[0] {
  const wants = heads.map((cid) => ({ cid, kind: 'block' as const, cancel: false, sendDontHave: true }))
  return { wants, full: true, presences: heads.map((cid) => ({ cid, isThere: true })), blocks: [] }
}

/** Random bytes, valid messages that were cut or changed, and lengths and messages that are far too large. */
function hostile(i: number, valid: readonly Uint8Array[], random: () => number): Uint8Array {
  const base = Buffer.from(valid[i % valid.length]!)
  switch (i % 5) {
    case 0:
      return Buffer.from(Array.from({ length: Math.floor(random() * 5000) }, () => Math.floor(random() * 256)))
    case 1:
      return base.subarray(0, Math.floor(random() * base.length))
    case 2:
      base[Math.floor(random() * base.length)] = Math.floor(random() * 256)
      return base
    case 3:
      return Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])
    default:
      return frame(Buffer.alloc(2 * 1024 * 1024, 0x0a))
  }
}
