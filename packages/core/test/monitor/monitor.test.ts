import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Metric } from '@ipfs-cluster/api'
import { peerIdFromBytes } from '@ipfs-cluster/api'
import type { Informer } from '../../src/informer/index.ts'
import type { Monitor, MonitorComponents, MonitorInit } from '../../src/monitor/index.ts'
import { decodeMetric, encodeMetric, monitor } from '../../src/monitor/index.ts'
import type { Pubsub, PubsubMessage } from '../../src/network/index.ts'
import { startAll, stopAll } from '../../src/util/index.ts'
import { memoryLogger } from '../helpers/memory-logger.ts'
import { metricOf, PEERS } from './metrics.ts'

const [SELF, OTHER] = PEERS
const SECOND = 1_000_000_000n

beforeEach(() => {
  jest.useFakeTimers({ now: 1_700_000_000_000 })
})
afterEach(() => {
  jest.useRealTimers()
})

/** A topic whose other end is the test. */
class FakePubsub {
  readonly sent: Metric[] = []
  isDown = false
  #handler: (message: PubsubMessage) => void = () => {}
  #onSubscriber: (peer: string) => void = () => {}

  topic: Pubsub['topic'] = (name) => ({
    name,
    publish: async (data) => {
      if (this.isDown) throw new Error('nobody there')
      this.sent.push(decodeMetric(data))
    },
    subscribe: (handler) => {
      this.#handler = handler
      return () => (this.#handler = () => {})
    },
    subscribers: () => [],
    onSubscriber: (listener) => {
      this.#onSubscriber = listener
      return () => {}
    }
  })

  receive(data: Uint8Array): void {
    this.#handler({ from: OTHER, data })
  }

  tell(parts: Partial<Metric>): void {
    this.receive(encodeMetric(metricOf({ peer: OTHER, expire: now() + 30n * SECOND, ...parts })))
  }

  join(peer: string): void {
    this.#onSubscriber(peer)
  }

  names(): string[] {
    return this.sent.map(({ name }) => name)
  }
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n
const running: Monitor[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => stopAll([each])))
})

async function start(
  init: MonitorInit = {},
  components: Partial<MonitorComponents> = {}
): Promise<{ metrics: Monitor; pubsub: FakePubsub; lines: string[] }> {
  const { logger, lines } = memoryLogger()
  const pubsub = new FakePubsub()
  const ping = async (): Promise<string> => '{"peer_name":"self"}'
  const metrics = monitor(init)({ logger, peerId: SELF, pubsub, ping, informers: [], ...components })
  running.push(metrics)
  await startAll([metrics])
  await pass(0)
  return { metrics, pubsub, lines }
}

async function pass(seconds: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(seconds * 1000)
}

function informer(read: () => Promise<string>): Informer {
  return { name: 'disk', ttl: 30_000, read: async () => [{ name: 'freespace', value: await read(), weight: 5n }] }
}

describe('what a peer tells of itself', () => {
  it('is a ping at once and in every interval, good for twice that time', async () => {
    const { pubsub } = await start({ pingInterval: 10_000 })
    expect(pubsub.names()).toEqual(['ping'])
    expect(pubsub.sent[0]).toMatchObject({ peer: SELF, value: '{"peer_name":"self"}', valid: true, weight: 0n })
    expect(pubsub.sent[0]?.expire).toBe(now() + 20n * SECOND)
    await pass(25)
    expect(pubsub.names()).toHaveLength(3)
  })

  it('is what its informers read, twice in the time that it is good for', async () => {
    let reads = 0
    const { metrics, pubsub } = await start({}, { informers: [informer(async () => String(++reads))] })
    await pass(31)
    expect(pubsub.sent.filter(({ name }) => name === 'freespace').map(({ value }) => value)).toEqual(['1', '2', '3'])
    expect(metrics.latest('freespace')).toMatchObject([{ peer: SELF, value: '3', weight: 5n }])
  })

  it('is tried again sooner after a failure, which is not logged each time', async () => {
    let reads = 0
    const fail = async (): Promise<string> => {
      reads++
      throw new Error('IPFS is down')
    }
    const { metrics, lines } = await start({}, { informers: [informer(fail)] })
    await pass(30)
    expect(reads).toBe(5)
    expect(lines).toEqual(['disk could not be measured and told: IPFS is down'])
    expect(metrics.latest('freespace')).toEqual([])
  })

  it('is known here even if nobody can be told', async () => {
    const { metrics, pubsub } = await start()
    pubsub.isDown = true
    await pass(60)
    expect(metrics.latest('ping')).toHaveLength(1)
  })

  it('is measured at once when asked', async () => {
    let reads = 0
    const { metrics } = await start({}, { informers: [informer(async () => String(++reads))] })
    metrics.measureNow()
    await pass(0)
    expect(reads).toBe(2)
  })

  it('is told again in a small cluster as soon as somebody comes', async () => {
    const { pubsub } = await start({}, { informers: [informer(async () => '1')] })
    pubsub.sent.splice(0)
    for (let i = 0; i < 3; i++) {
      pubsub.join(OTHER)
      await pass(1)
      expect(pubsub.names()).toHaveLength(2 * (i + 1))
    }
  })

  it('is told again to peers that come, but not to each of a crowd', async () => {
    const { pubsub } = await start({}, { informers: [informer(async () => '1')] })
    for (let n = 0; n < 100; n++) pubsub.tell({ name: 'ping', peer: peerIdFromBytes(member(n)) })
    pubsub.sent.splice(0)
    for (let i = 0; i < 100; i++) pubsub.join(OTHER)
    await pass(1)
    expect(pubsub.names()).toEqual(['ping', 'freespace'])
    for (let i = 0; i < 4; i++) {
      pubsub.join(OTHER)
      await pass(1)
    }
    expect(pubsub.names()).toHaveLength(2)
    await pass(2)
    expect(pubsub.names()).toHaveLength(4)
  })

  it('needs no network', async () => {
    const { logger } = memoryLogger()
    const metrics = monitor()({ logger, peerId: SELF, ping: async () => 'x', informers: [] })
    running.push(metrics)
    await startAll([metrics])
    await pass(0)
    expect(metrics.latest('ping')).toMatchObject([{ peer: SELF, value: 'x' }])
    expect(metrics.alerts()).toEqual([])
  })
})

describe('what others tell', () => {
  it('counts until it expires', async () => {
    const { metrics, pubsub } = await start()
    pubsub.tell({ value: 'here' })
    const [mine, theirs] = metrics.latest('ping')
    expect(mine?.peer).toBe(SELF)
    expect(theirs).toMatchObject({ peer: OTHER, value: 'here', receivedAt: now() })
    await pass(30)
    expect(metrics.latest('ping').map(({ peer }) => peer)).toEqual([SELF])
  })

  it('may be junk, or about this peer', async () => {
    const { metrics, pubsub } = await start()
    pubsub.receive(new Uint8Array([0xc1, 1, 2]))
    pubsub.receive(new Uint8Array())
    pubsub.tell({ peer: SELF, value: 'forged' })
    pubsub.tell({ value: 'fine' })
    expect(metrics.latest('ping').map(({ value }) => value)).toEqual(['{"peer_name":"self"}', 'fine'])
  })

  it('counts for members alone where there is a list of them', async () => {
    const { metrics, pubsub } = await start({}, { peerset: () => [SELF] })
    pubsub.tell({})
    expect(metrics.latest('ping').map(({ peer }) => peer)).toEqual([SELF])
  })

  it('is assumed of a peer that was just reached', async () => {
    const { metrics, pubsub } = await start({ pingInterval: 5000 })
    metrics.assumeAlive(OTHER)
    expect(metrics.latest('ping')).toMatchObject([{ peer: SELF }, { peer: OTHER, value: '' }])
    expect(pubsub.names()).toEqual(['ping'])
    await pass(10)
    expect(metrics.latest('ping').map(({ peer }) => peer)).toEqual([SELF])
  })
})

describe('alerts', () => {
  it('tell of a metric that stays away, once, until it has been back', async () => {
    const { metrics, pubsub, lines } = await start({ checkInterval: 15_000 })
    const told: string[] = []
    metrics.on('alert', ({ name, peer }) => told.push(`${name} ${peer}`))
    pubsub.tell({})
    await pass(120)
    expect(told).toEqual([`ping ${OTHER}`])
    expect(lines).toEqual([`metric alert for ping: Peer: ${OTHER}.`])
    pubsub.tell({ name: 'freespace' })
    pubsub.tell({})
    await pass(120)
    expect(metrics.alerts().map(({ name }) => name)).toHaveLength(3)
    expect(metrics.alerts()[0]?.triggeredAt.toMilliseconds()).toBeGreaterThan(
      metrics.alerts()[2]?.triggeredAt.toMilliseconds() ?? 0
    )
  })

  it('are not kept by a follower', async () => {
    const { metrics, pubsub } = await start({ followerMode: true })
    pubsub.tell({})
    await pass(120)
    expect(metrics.alerts()).toEqual([])
  })

  it('are never more than a list may hold', async () => {
    const { metrics, pubsub } = await start()
    for (let i = 0; i < 1500; i++) pubsub.tell({ name: `n${i}` })
    await pass(60)
    expect(metrics.alerts()).toHaveLength(1500 - 1001)
    expect(metrics.alerts()[0]?.name).toBe('n1499')
  })
})

/** The bytes of some peer ID. */
function member(n: number): Uint8Array {
  return Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20, ...Buffer.alloc(32, n))
}
