import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { ClusterError, Time } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import { pinKey } from '@ipfs-cluster/core/codec'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore } from '@ipfs-cluster/core/datastore'
import { dump, PEER_A, PEER_B, pinOf, testReplica, TestTopic } from './helpers.ts'
import type { TestReplica } from './helpers.ts'

const cidOf = (name: string): CID => CID.createV1(0x55, Digest.create(0x12, createHash('sha256').update(name).digest()))

let datastore: Datastore
let replica: TestReplica

beforeEach(() => {
  datastore = memoryDatastore()
})

afterEach(() => replica.stop())

async function start(...args: Parameters<typeof testReplica>): Promise<TestReplica> {
  const [init, components] = args
  replica = testReplica(init, { datastore, ...components })
  await replica.start()
  return replica
}

const blocksStored = async (): Promise<number> => Object.keys(await dump(datastore, '/c/b/blocks/')).length

describe('crdt', () => {
  it('puts changes that come at the same moment into one delta', async () => {
    const { consensus } = await start()
    await Promise.all(Array.from({ length: 100 }, (_, i) => consensus.logPin(pinOf(cidOf(`${i}`)))))
    expect(await blocksStored()).toBe(1)
    expect(await consensus.state.count()).toBe(100)
    await Promise.all(Array.from({ length: 60 }, (_, i) => consensus.logUnpin(pinOf(cidOf(`${i}`)))))
    expect(await blocksStored()).toBe(2)
    expect(await consensus.state.count()).toBe(40)
    expect(replica.events).toHaveLength(160)
  })

  it('makes no delta larger than one MiB of a flood', async () => {
    const { consensus } = await start()
    const long = 'x'.repeat(1000)
    await Promise.all(Array.from({ length: 3000 }, (_, i) => consensus.logPin(pinOf(cidOf(`${i}`), long))))
    const sizes = Object.values(await dump(datastore, '/c/b/blocks/')).map((block) => block.length / 2)
    expect(sizes.length).toBe(4)
    expect(Math.max(...sizes)).toBeLessThan(1.001 * 1024 * 1024)
    expect(await consensus.state.count()).toBe(3000)
  })

  it('shows a change in the state and to the hooks before it acknowledges it', async () => {
    const { consensus, events } = await start()
    await consensus.logPin(pinOf(cidOf('a'), 'a'))
    expect((await consensus.state.get(cidOf('a')))?.name).toBe('a')
    expect(events).toEqual([`put ${cidOf('a').toString()} a`])
  })

  it('goes on after a restart with what it had', async () => {
    const { consensus } = await start()
    for (const name of ['a', 'b', 'a']) await consensus.logPin(pinOf(cidOf(name), name))
    const before = await dump(datastore, '/')
    await replica.stop()
    await start()
    expect(await dump(datastore, '/')).toEqual(before)
    expect(await replica.consensus.state.count()).toBe(2)
    await replica.consensus.logPin(pinOf(cidOf('c')))
    expect(Object.values(await dump(datastore, '/c/h/'))).toEqual(['04'])
  })

  it('counts the pins anew when a Go peer has changed them, or the count is lost', async () => {
    const { consensus } = await start()
    await Promise.all(['a', 'b', 'c'].map((name) => consensus.logPin(pinOf(cidOf(name)))))
    await consensus.stop()
    const [head] = Object.entries(await dump(datastore, '/c/h/'))
    // Another head means that the set was changed by somebody who does not know of our count.
    await datastore.batch([
      { type: 'put', key: '/ts/crdt/c/summary', value: Buffer.from(JSON.stringify({ pins: 99, heads: ['OTHER'] })) }
    ])
    await consensus.start()
    expect(await consensus.state.count()).toBe(3)
    await consensus.stop()
    await datastore.put('/ts/crdt/c/summary', Buffer.from('damaged'))
    await consensus.start()
    expect(await consensus.state.count()).toBe(3)
    expect(Object.entries(await dump(datastore, '/c/h/'))).toEqual([head])
  })

  it('knows when pins were made: of its own, of what a Go peer changed, and of a store without an index', async () => {
    await start()
    const { consensus } = replica
    const at = (name: string, seconds: number): Pin => ({ ...pinOf(cidOf(name)), timestamp: new Time(seconds) })
    const newest = async (): Promise<string[]> =>
      (await Array.fromAsync(consensus.state.listByCreation())).flat().map(({ key }) => key)
    const keysOf = (...names: string[]): string[] => names.map((name) => pinKey(cidOf(name)))
    for (const [i, name] of ['a', 'b', 'c', 'd'].entries()) await consensus.logPin(at(name, 1000 + i))
    await consensus.logPin(at('a', 2000))
    await consensus.logUnpin(at('c', 1002))
    expect(await newest()).toEqual(keysOf('a', 'd', 'b'))
    expect(await consensus.state.countByCreation()).toBe(3)
    for (const summary of ['{"pins":3,"heads":["OTHER"]}', '{"pins":3,"layout":1,"heads":["OTHER"]}', 'damaged']) {
      await consensus.stop()
      await datastore.deleteRange({ prefix: '/ts/crdt/c/index/created' })
      await datastore.put('/ts/crdt/c/summary', Buffer.from(summary))
      await consensus.start()
      expect(await newest()).toEqual(keysOf('a', 'd', 'b'))
      expect(await consensus.state.countByCreation({ before: 1_500_000 })).toBe(2)
    }
  })

  it('reports a failed write to all who asked, and is right about what is stored afterwards', async () => {
    await start()
    const { consensus } = replica
    await consensus.logPin(pinOf(cidOf('a')))
    // The disk takes the batch but the sync fails: it may be there after all, and here it is.
    const batch = datastore.batch.bind(datastore)
    datastore.batch = async (writes, options) => {
      await batch(writes, options)
      throw new ClusterError('ERR_DATASTORE_FULL', 'no room')
    }
    const results = await Promise.allSettled(['b', 'c'].map((name) => consensus.logPin(pinOf(cidOf(name)))))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    datastore.batch = batch
    await consensus.logPin(pinOf(cidOf('d')))
    expect(await consensus.state.count()).toBe(4)
    expect(Object.values(await dump(datastore, '/c/h/'))).toEqual(['03'])
  })

  it('passes over keys and values that are no pins', async () => {
    await start()
    const damaged = Buffer.from('ffff', 'hex')
    await replica.consensus.logPin(pinOf(cidOf('a')))
    await datastore.batch([
      { type: 'put', key: '/c/s/k/NOT-A-CID/v', value: damaged },
      { type: 'put', key: `/c/s/k/${'AFKREIFKR4UIYXR4PFEKEX6O5KB5YXDARSOGQY2QBJER7L2H4UMZH5FC7I'}/v`, value: damaged }
    ])
    const listed = await Array.fromAsync(replica.consensus.state.list())
    expect(listed.map(({ cid }) => cid.toString())).toEqual([cidOf('a').toString()])
  })

  it('knows its members', async () => {
    const asked: string[] = []
    const members = { members: (metric: string) => (asked.push(metric), [PEER_B, PEER_A, PEER_B]) }
    await start({ peersetMetric: 'alive' }, { members })
    const sorted = [PEER_A, PEER_B].sort()
    expect((await replica.consensus.peers()).sort()).toEqual(sorted)
    expect(asked).toEqual(['alive'])
    await replica.consensus.addPeer()
    await expect(replica.consensus.removePeer()).rejects.toThrow('crdt consensus component cannot remove peers')
  })

  it('takes no changes when it does not run', async () => {
    await start()
    const written = replica.consensus.logPin(pinOf(cidOf('a')))
    await replica.consensus.beforeStop()
    await written
    await expect(replica.consensus.logPin(pinOf(cidOf('b')))).rejects.toMatchObject({ code: 'ERR_NOT_RUNNING' })
    await testReplica({}, { datastore }).consensus.stop()
  })

  it('deletes its data and nothing else', async () => {
    await start()
    await datastore.put('/dht/record', Buffer.from('1'))
    await datastore.put('/ts/status/X', Buffer.from('2'))
    await replica.consensus.logPin(pinOf(cidOf('a')))
    await replica.consensus.stop()
    await replica.consensus.clean()
    expect(Object.keys(await dump(datastore, '/'))).toEqual(['/dht/record', '/ts/crdt/c/summary', '/ts/status/X'])
  })

  it('finishes a deletion that was interrupted', async () => {
    await start()
    await replica.consensus.logPin(pinOf(cidOf('a')))
    await replica.consensus.stop()
    const deleteRange = datastore.deleteRange.bind(datastore)
    datastore.deleteRange = async () => {
      await deleteRange({ prefix: '/c/b/' })
      throw new Error('killed')
    }
    await expect(replica.consensus.clean()).rejects.toThrow('killed')
    datastore.deleteRange = deleteRange
    await replica.consensus.start()
    expect(await dump(datastore, '/c/')).toEqual({ '/c/crdt_version': '02' })
  })
})

describe('crdt with batching', () => {
  const forever = 2 ** 31 - 1

  it('acknowledges what is on disk, and commits when there is enough', async () => {
    const { consensus } = await start({ batching: { maxBatchSize: 3, maxBatchAge: forever } })
    await consensus.logPin(pinOf(cidOf('a')))
    await consensus.logPin(pinOf(cidOf('b')))
    expect([await blocksStored(), await consensus.state.count()]).toEqual([0, 0])
    expect(Object.keys(await dump(datastore, '/ts/crdt/c/journal/'))).toHaveLength(2)
    await consensus.logPin(pinOf(cidOf('c')))
    while ((await consensus.state.count()) < 3) await new Promise(setImmediate)
    expect(await blocksStored()).toBe(1)
    expect(await dump(datastore, '/ts/crdt/c/journal/')).toEqual({})
  })

  it('commits what has waited long enough', async () => {
    const { consensus } = await start({ batching: { maxBatchSize: 1000, maxBatchAge: 5 } })
    await consensus.logPin(pinOf(cidOf('a')))
    while ((await consensus.state.count()) < 1) await new Promise(setImmediate)
    expect(await blocksStored()).toBe(1)
  })

  it('commits the rest when it stops, and what a killed process left when it starts', async () => {
    const batching = { maxBatchSize: 1000, maxBatchAge: forever }
    await start({ batching })
    await replica.consensus.logPin(pinOf(cidOf('a')))
    await replica.consensus.logPin(pinOf(cidOf('b')))
    const left = await dump(datastore, '/')
    await replica.stop()
    expect(await blocksStoredIn(datastore)).toBe(1)

    datastore = await killedWith(left)
    await start()
    expect(await replica.consensus.state.count()).toBe(2)
    expect(await dump(datastore, '/ts/crdt/c/journal/')).toEqual({})
  })

  it('keeps a pin that was given more time after it was to be removed since it has expired', async () => {
    const batching = { maxBatchSize: 1000, maxBatchAge: forever }
    await start({ batching })
    const [short, long] = [new Time(1000), new Time(4_000_000_000)].map((expireAt) => {
      return { ...pinOf(cidOf('a')), expireAt }
    }) as [Pin, Pin]
    const expired = { ...pinOf(cidOf('b')), expireAt: short.expireAt }
    for (const pin of [short, expired, long]) await replica.consensus.logPin(pin)
    for (const pin of [short, expired]) await replica.consensus.logUnpin(pin, { expiredBy: new Time(2000) })
    const left = await dump(datastore, '/')
    await replica.stop()

    for (const store of [datastore, await killedWith(left)]) {
      datastore = store
      const { consensus } = await start()
      expect((await consensus.state.get(cidOf('a')))?.expireAt.seconds).toBe(long.expireAt.seconds)
      expect(await consensus.state.has(cidOf('b'))).toBe(false)
      await replica.stop()
    }
  })

  it('keeps what a pin was given while a change that replaces it waits, in the journal too', async () => {
    const batching = { maxBatchSize: 1000, maxBatchAge: forever }
    await start()
    for (const name of ['a', 'b']) await replica.consensus.logPin(pinOf(cidOf(name), 'as read'))
    await replica.stop()
    await start({ batching })
    await replica.consensus.logPin(pinOf(cidOf('a'), 'changed'))
    for (const name of ['a', 'b']) {
      const replaces = pinOf(cidOf(name), 'as read')
      await replica.consensus.logPin(pinOf(replaces.cid, 'repaired'), { replaces })
    }
    const left = await dump(datastore, '/')
    await replica.stop()
    for (const store of [datastore, await killedWith(left)]) {
      datastore = store
      const { state } = (await start()).consensus
      const names = await Promise.all(['a', 'b'].map(async (name) => (await state.get(cidOf(name)))?.name))
      expect(names).toEqual(['changed', 'repaired'])
      await replica.stop()
    }
  })

  it('makes a chain of blocks, stored together and announced by the last, when a delta would be too large', async () => {
    const topic = new TestTopic()
    const batching = { maxBatchSize: 2000, maxBatchAge: forever }
    const { consensus } = await start({ batching }, { broadcaster: topic.broadcaster('self') })
    const long = 'x'.repeat(1000)
    await Promise.all(Array.from({ length: 2000 }, (_, i) => consensus.logPin(pinOf(cidOf(`${i}`), long))))
    while ((await consensus.state.count()) < 2000) await new Promise(setImmediate)
    expect(await blocksStored()).toBe(3)
    expect(Object.values(await dump(datastore, '/c/h/'))).toEqual(['03'])
    expect(topic.sent).toHaveLength(1)
  })

  it('makes callers wait when too many changes wait', async () => {
    const { consensus } = await start({ batching: { maxBatchSize: 2, maxBatchAge: forever, maxQueueSize: 2 } })
    for (let i = 0; i < 20; i++) await consensus.logPin(pinOf(cidOf(`${i}`)))
    expect(Object.keys(await dump(datastore, '/ts/crdt/c/journal/')).length).toBeLessThanOrEqual(2)
    await consensus.logUnpin(pinOf(cidOf('0')))
    await consensus.beforeStop()
    expect(await consensus.state.count()).toBe(19)
  })

  /** The store of a process that was killed when this was in it. */
  async function killedWith(left: Record<string, string>): Promise<Datastore> {
    const store = memoryDatastore()
    await store.open()
    await store.batch(
      Object.entries(left).map(([key, value]) => ({ type: 'put', key, value: Buffer.from(value, 'hex') }))
    )
    return store
  }

  async function blocksStoredIn(store: Datastore): Promise<number> {
    await store.open()
    return Object.keys(await dump(store, '/c/b/blocks/')).length
  }
})
