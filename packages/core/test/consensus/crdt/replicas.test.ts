import { afterEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { blockIdOf, cidOfBlockId } from '@ipfs-cluster/core/blocks'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import { pinKey } from '@ipfs-cluster/core/codec'
import { creationTime } from '@ipfs-cluster/core/state'
import { Time } from '@ipfs-cluster/api'
import { decodeBroadcast, encodeBroadcast } from '../../../src/consensus/crdt/broadcast.ts'
import { readBlock } from '../../../src/consensus/crdt/delta-block.ts'
import { until } from '../../helpers/until.ts'
import { dump, PEER_A, PEER_B, pinOf, TestBlocks, testReplica, TestTopic } from './helpers.ts'
import type { TestReplica } from './helpers.ts'

const CIDS = [1, 2, 3].map((n) => CID.createV1(0x55, Digest.create(0x12, new Uint8Array(32).fill(n))))

const running: TestReplica[] = []

async function run(replica: TestReplica): Promise<TestReplica> {
  running.push(replica)
  await replica.start()
  return replica
}

async function stopAll(): Promise<void> {
  for (const replica of running.splice(0)) await replica.stop()
}

afterEach(stopAll)

interface TestCluster {
  replicas: TestReplica[]
  blocks: TestBlocks
  /** Tells one replica of these heads, and waits until it has done what it can. */
  tell: (to: number, heads: readonly CID[]) => Promise<void>
  exchange: (from: number, to: number) => Promise<void>
}

/** Replicas that hear of each other only when told to. */
async function cluster(size: number): Promise<TestCluster> {
  const blocks = new TestBlocks()
  const topics = Array.from({ length: size }, () => new TestTopic())
  const replicas: TestReplica[] = []
  for (const topic of topics) {
    const replica = await run(testReplica({}, { deltas: blocks, broadcaster: topic.broadcaster('self') }))
    blocks.peers.push(replica.consensus)
    replicas.push(replica)
  }
  const tell = async (to: number, heads: readonly CID[]): Promise<void> => {
    topics[to]!.deliver({ from: PEER_B, data: encodeBroadcast(heads) })
    await replicas[to]!.consensus.settled()
  }
  return { replicas, blocks, tell, exchange: async (from, to) => tell(to, await headsOf(replicas[from]!)) }
}

async function headsOf({ datastore }: TestReplica): Promise<CID[]> {
  return Object.keys(await dump(datastore, '/c/h/')).map((key) => cidOfBlockId(key.slice('/c/h/'.length)))
}

/** What replicas with the same deltas must have in common: everything that Go knows of but the order of writing. */
const contents = (replica: TestReplica): Promise<Record<string, string>> => dump(replica.datastore, '/c/')

type Step =
  | { do: 'pin'; at: number; cid: number; name: string; seconds: number; allocations: string[] }
  | { do: 'unpin'; at: number; cid: number }
  | { do: 'exchange'; at: number; to: number }

const at = fc.nat(2)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('pin' as const),
    at,
    cid: fc.nat(2),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    seconds: fc.constantFrom(1_795_253_800, 1_795_253_801, 1_795_300_000),
    allocations: fc.subarray([PEER_A, PEER_B])
  }),
  fc.record({ do: fc.constant('unpin' as const), at, cid: fc.nat(2) }),
  fc.record({ do: fc.constant('exchange' as const), at, to: at })
)

/** What is kept beside the set must say what going through the set says. */
async function expectIndexed({ consensus: { state } }: TestReplica): Promise<void> {
  const pins = await Array.fromAsync(state.list())
  const placed = pins
    .map((pin) => ({ key: pinKey(pin.cid), created: creationTime(pinKey(pin.cid), pin.timestamp).toMilliseconds() }))
    .sort((a, b) => a.created - b.created || (a.key < b.key ? -1 : 1))
  const listed = (await Array.fromAsync(state.listByCreation({ order: 'oldest' }))).flat()
  expect(listed.map(({ key, created }) => ({ key, created }))).toEqual(placed)
  expect(await state.countByCreation()).toBe(pins.length)
  for (const { created } of placed) {
    const older = placed.filter((other) => other.created < created)
    expect(await state.countByCreation({ before: created })).toBe(older.length)
  }
  const perPeer = new Map<string, number>()
  for (const peer of pins.flatMap(({ allocations }) => allocations ?? []))
    perPeer.set(peer, (perPeer.get(peer) ?? 0) + 1)
  expect(await state.pinsPerPeer()).toEqual(perPeer)
  expect(await state.count()).toBe(pins.length)
}

async function perform(steps: readonly Step[], { replicas, exchange }: TestCluster): Promise<void> {
  for (const one of steps) {
    const { consensus } = replicas[one.at]!
    if (one.do === 'pin') {
      const { seconds, allocations } = one
      await consensus.logPin({ ...pinOf(CIDS[one.cid]!, one.name), timestamp: new Time(seconds), allocations })
    }
    if (one.do === 'unpin') await consensus.logUnpin(pinOf(CIDS[one.cid]!))
    if (one.do === 'exchange' && one.at !== one.to) await exchange(one.at, one.to)
    await expectIndexed(replicas[one.at]!)
  }
}

describe('replicas', () => {
  it('come to the same set and heads, in whatever order they hear of blocks, with blocks missing for a while', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        async (steps, chance) => {
          const all = await cluster(4)
          await perform(steps, all)
          for (const [from, to] of [
            [0, 1],
            [1, 2],
            [2, 0],
            [0, 1]
          ] as const)
            await all.exchange(from, to)
          const [first, second, third, fresh] = all.replicas
          expect(await contents(second!)).toEqual(await contents(first!))
          expect(await contents(third!)).toEqual(await contents(first!))

          // The fresh replica hears of any blocks in any order, while some cannot be had.
          const ids = Object.keys(await dump(first!.datastore, '/c/b/blocks/')).map((key) =>
            key.slice('/c/b/blocks/'.length)
          )
          const draw = (): number => chance.next().value
          const shuffled = ids.map((id) => [draw(), id] as const).sort(([a], [b]) => a - b)
          all.blocks.isAway = () => draw() % 3 === 0
          for (const [, id] of shuffled) await all.tell(3, [cidOfBlockId(id)])
          all.blocks.isAway = () => false
          await all.exchange(0, 3)
          expect(await contents(fresh!)).toEqual(await contents(first!))
          for (const replica of all.replicas) await expectIndexed(replica)
          expect(await fresh!.consensus.state.count()).toBe(await first!.consensus.state.count())
          expect(await dump(fresh!.datastore, '/ts/crdt/c/missing/')).toEqual({})
          await stopAll()
        }
      ),
      { numRuns: 40 }
    )
  })

  it('tell the rest of the peer what changed, and nothing else', async () => {
    const { replicas, exchange } = await cluster(2)
    const [a, b] = replicas
    const [cid] = CIDS
    await a!.consensus.logPin(pinOf(cid!, 'one'))
    await exchange(0, 1)
    await b!.consensus.logPin(pinOf(cid!, 'two'))
    await exchange(1, 0)
    await exchange(1, 0)
    await a!.consensus.logUnpin(pinOf(cid!))
    await a!.consensus.logUnpin(pinOf(cid!))
    await exchange(0, 1)
    const text = cid!.toString()
    const expected = [`put ${text} one`, `put ${text} two`, `delete ${text}`]
    expect(a!.events).toEqual(expected)
    expect(b!.events).toEqual(expected)
  })

  it('tell of the value that is left when another one is taken back', async () => {
    const { replicas, exchange } = await cluster(2)
    const [a, b] = replicas
    const [cid] = CIDS
    await a!.consensus.logPin(pinOf(cid!, 'a'))
    await b!.consensus.logPin(pinOf(cid!, 'b'))
    await b!.consensus.logUnpin(pinOf(cid!))
    // Both additions have height 1 and `b` would win, but it is gone: only what `a` added is left.
    await exchange(1, 0)
    expect((await a!.consensus.state.get(cid!))?.name).toBe('a')
    expect(a!.events).toEqual([`put ${cid!.toString()} a`])
    await exchange(0, 1)
    expect(b!.events.slice(2)).toEqual([`put ${cid!.toString()} a`])
  })

  it('do not listen to peers they do not trust', async () => {
    const topic = new TestTopic()
    const blocks = new TestBlocks()
    const init = { trustedPeers: [PEER_B] }
    const wary = await run(testReplica(init, { deltas: blocks, broadcaster: topic.broadcaster('self') }))
    expect([
      wary.consensus.isTrusted(PEER_A),
      wary.consensus.isTrusted(PEER_B),
      wary.consensus.isTrusted('other')
    ]).toEqual([true, true, false])
    const other = await run(testReplica({}, {}))
    blocks.peers.push(other.consensus)
    await other.consensus.logPin(pinOf(CIDS[0]!))
    const data = encodeBroadcast(await headsOf(other))
    topic.deliver({ from: 'other', data })
    topic.deliver({ from: PEER_B, data: Buffer.from('nonsense') })
    await wary.consensus.settled()
    expect(await wary.consensus.state.count()).toBe(0)
    topic.deliver({ from: PEER_B, data })
    await wary.consensus.settled()
    expect(await wary.consensus.state.count()).toBe(1)
  })

  it('refuse bytes that are not those of the block', async () => {
    const { replicas, blocks, tell, exchange } = await cluster(2)
    await replicas[0]!.consensus.logPin(pinOf(CIDS[0]!))
    const [head] = await headsOf(replicas[0]!)
    blocks.bytes.set(blockIdOf(head!), Buffer.from('something else'))
    await tell(1, [head!])
    expect(await contents(replicas[1]!)).toEqual({ '/c/crdt_version': '02' })
    blocks.bytes.clear()
    await exchange(0, 1)
    expect(await contents(replicas[1]!)).toEqual(await contents(replicas[0]!))
  })

  it('merge what is at hand below a block together with it, and nothing that is not what it should be', async () => {
    const { replicas, blocks } = await cluster(1)
    const [writer] = replicas
    for (let i = 0; i < 40; i++) await writer!.consensus.logPin(pinOf(CIDS[i % 3]!, `pin ${i}`))
    const chain = await chainOf(writer!)
    const atHand = new Map<string, Uint8Array>()
    for (const id of chain) atHand.set(id, (await writer!.consensus.blocks.get(cidOfBlockId(id)))!)
    atHand.set(chain[20]!, Buffer.from('something else'))
    const topic = new TestTopic()
    const datastore = memoryDatastore()
    const late = await run(
      testReplica(
        {},
        {
          datastore,
          broadcaster: topic.broadcaster('self'),
          deltas: {
            getBlock: (cid) => blocks.getBlock(cid),
            takeAtHand: (cid) => {
              const bytes = atHand.get(blockIdOf(cid))
              atHand.delete(blockIdOf(cid))
              return bytes
            }
          }
        }
      )
    )
    let writes = 0
    const batch = datastore.batch.bind(datastore)
    datastore.batch = async (...args) => {
      writes++
      await batch(...args)
    }
    topic.deliver({ from: PEER_B, data: encodeBroadcast(await headsOf(writer!)) })
    await late.consensus.settled()
    expect(await contents(late)).toEqual(await contents(writer!))
    expect([writes, blocks.asked]).toEqual([2, [chain[20]]])
  })

  it('go on with a walk where it was interrupted, also after a restart', async () => {
    const { replicas, blocks } = await cluster(1)
    const [writer] = replicas
    for (let i = 0; i < 20; i++) await writer!.consensus.logPin(pinOf(CIDS[i % 3]!, `pin ${i}`))
    const topic = new TestTopic()
    const datastore = memoryDatastore()
    const late = testReplica({}, { datastore, deltas: blocks, broadcaster: topic.broadcaster('self') })
    let given = 0
    blocks.isAway = () => given++ >= 7
    await late.start()
    topic.deliver({ from: PEER_B, data: encodeBroadcast(await headsOf(writer!)) })
    await late.consensus.settled()
    expect(await dump(datastore, '/c/d')).toEqual({ '/c/d': '01' })
    expect(Object.keys(await dump(datastore, '/c/h/'))).toEqual(Object.keys(await dump(writer!.datastore, '/c/h/')))
    await late.stop()

    blocks.isAway = () => false
    const again = await run(testReplica({ repairInterval: 3_600_000 }, { datastore, deltas: blocks }))
    await until(async () => (await dump(datastore, '/c/d'))['/c/d'] === undefined)
    expect(await contents(again)).toEqual(await contents(writer!))
    expect(new Set(blocks.asked).size).toBe(20)
  })

  it('find what a Go peer left out, when it left its mark', async () => {
    const { replicas, blocks } = await cluster(1)
    const [writer] = replicas
    for (let i = 0; i < 10; i++) await writer!.consensus.logPin(pinOf(CIDS[i % 3]!, `pin ${i}`))
    const whole = await contents(writer!)
    // As a Go peer leaves it when it could not fetch one block in the middle: neither merged nor stored.
    const chain = await chainOf(writer!)
    const lost = chain[4]!
    const { delta } = readBlock((await writer!.consensus.blocks.get(cidOfBlockId(lost)))!)
    blocks.bytes.set(lost, (await writer!.consensus.blocks.get(cidOfBlockId(lost)))!)
    const datastore = memoryDatastore()
    await datastore.open()
    const left = Object.entries(whole).filter(([key]) => !key.endsWith(lost))
    await datastore.batch(left.map(([key, value]) => ({ type: 'put', key, value: Buffer.from(value, 'hex') })))
    await datastore.put('/c/d', new Uint8Array())
    expect(delta.priority).toBe(6)

    const repaired = await run(testReplica({ repairInterval: 3_600_000 }, { datastore, deltas: blocks }))
    await until(async () => !(await datastore.has('/c/d')))
    const after = await contents(repaired)
    // The block above the gap stays a head besides the real one, so that nothing is out of reach.
    delete after[`/c/h/${chain[3]!}`]
    expect(after).toEqual(whole)
  })

  it('publish heads again that nobody spoke of', async () => {
    const topic = new TestTopic()
    const datastore = memoryDatastore()
    const first = testReplica({}, { datastore, broadcaster: topic.broadcaster('self') })
    await first.start()
    await first.consensus.logPin(pinOf(CIDS[0]!))
    const [announced] = topic.sent
    await first.stop()
    topic.sent.length = 0
    await run(testReplica({ rebroadcastInterval: 5 }, { datastore, broadcaster: topic.broadcaster('self') }))
    await until(() => topic.sent.length > 0)
    expect(decodeBroadcast(topic.sent[0]!.data)).toEqual(decodeBroadcast(announced!.data))
  })

  it('publish nothing while nobody listens, and everything to who comes', async () => {
    const topic = new TestTopic()
    const listening: string[] = []
    let tellOf: ((peer: string) => void) | undefined
    const broadcaster = {
      ...topic.broadcaster('self'),
      subscribers: () => listening,
      onSubscriber: (listener: (peer: string) => void) => {
        tellOf = listener
        return () => {}
      }
    }
    const replica = await run(testReplica({}, { broadcaster }))
    await replica.consensus.logPin(pinOf(CIDS[0]!))
    expect(topic.sent).toEqual([])
    listening.push(PEER_B)
    tellOf?.(PEER_B)
    await until(() => topic.sent.length > 0)
    expect(decodeBroadcast(topic.sent[0]!.data)).toEqual(await headsOf(replica))
    topic.sent.length = 0
    await replica.consensus.logPin(pinOf(CIDS[1]!))
    const heads = await headsOf(replica)
    await until(() => topic.sent.some(({ data }) => decodeBroadcast(data).some((cid) => cid.equals(heads[0]))))
  })
})

/** Blocks of a replica that wrote alone, the newest first. */
async function chainOf(replica: TestReplica): Promise<string[]> {
  const chain: string[] = []
  let [cid] = await headsOf(replica)
  while (cid !== undefined) {
    chain.push(blockIdOf(cid))
    const [link] = readBlock((await replica.consensus.blocks.get(cid))!).links
    cid = link === undefined ? undefined : cidOfBlockId(link)
  }
  return chain
}
