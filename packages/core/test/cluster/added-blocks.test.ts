import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { AddedBlocks } from '../../src/cluster/added-blocks.ts'
import type { ClusterEvents } from '../../src/cluster/index.ts'
import { memoryDatastore } from '../../src/datastore/index.ts'
import type { Datastore } from '../../src/datastore/index.ts'
import type { Block, IpfsPinStatus } from '../../src/ipfs/interface.ts'
import { EventBus } from '../../src/util/event-bus.ts'
import { memoryLogger } from '../helpers/memory-logger.ts'
import { until } from '../helpers/until.ts'
import { FakeState, testCid, testPin } from '../pintracker/fakes.ts'

/** A node that remembers what it was asked to pin. */
class Node {
  readonly statuses = new Map<string, IpfsPinStatus>()
  readonly unpinned: string[] = []
  isDown = false

  async putBlocks(blocks: AsyncIterable<Block> | Iterable<Block>): Promise<void> {
    for await (const { cid, pin } of blocks) if (pin === true) this.statuses.set(cid.toString(), 'recursive')
  }

  async pinStatus({ cid }: { cid: { toString(): string } }): Promise<IpfsPinStatus> {
    return this.statuses.get(cid.toString()) ?? 'unpinned'
  }

  async unpin(cid: { toString(): string }): Promise<void> {
    if (this.isDown) throw new Error('the node is down')
    this.unpinned.push(cid.toString())
    this.statuses.delete(cid.toString())
  }
}

let node: Node
let state: FakeState
let datastore: Datastore
let events: EventBus<ClusterEvents>
let added: AddedBlocks

async function start(patience: number): Promise<void> {
  const log = memoryLogger().logger.forComponent('adder')
  added = new AddedBlocks({ log, ipfs: node, state, datastore, events }, { patience, interval: 10 })
  await added.afterStart()
}

async function noted(): Promise<number> {
  const entries = await Array.fromAsync(datastore.entries({ prefix: '/ts/added/' }))
  return entries.flat().length
}

beforeEach(async () => {
  node = new Node()
  state = new FakeState()
  events = new EventBus()
  datastore = memoryDatastore()
  await datastore.open()
})

afterEach(async () => {
  await added.beforeStop()
  await datastore.close()
})

const block = (n: number, pin: boolean): Block => ({ cid: testCid(n), data: new Uint8Array(1), pin })

it('what is added is pinned at once, and stays when its pin comes', async () => {
  await start(50)
  await added.putBlocks([block(1, false), block(2, true)])
  expect([...node.statuses.keys()]).toEqual([testCid(2).toString()])
  expect(await noted()).toBe(1)
  state.put(testPin(testCid(2)))
  events.emit('pin:put', { pin: testPin(testCid(2)) })
  await until('it is left to the tracker', async () => (await noted()) === 0)
  expect(node.unpinned).toEqual([])
})

it('a pin that came unheard counts as well', async () => {
  await start(1)
  state.put(testPin(testCid(2)))
  await added.putBlocks([block(2, true)])
  await until('it is found', async () => (await noted()) === 0)
  expect(node.unpinned).toEqual([])
})

it('the node lets go of it when no pin comes, also when that takes several attempts', async () => {
  node.isDown = true
  await start(20)
  await added.putBlocks([block(2, true)])
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await noted()).toBe(1)
  node.isDown = false
  await until('it is unpinned', async () => (await noted()) === 0)
  expect(node.unpinned).toEqual([testCid(2).toString()])
})

it('the node does not hold as a whole what is pinned in shards', async () => {
  await start(20)
  await added.putBlocks([block(2, true)])
  const pin = state.put(testPin(testCid(2), { type: 'meta-pin', reference: testCid(3) }))
  events.emit('pin:put', { pin })
  await until('it is unpinned', () => node.unpinned.length === 1)
})

it('what is to be looked at outlives the process', async () => {
  await start(100_000)
  await added.putBlocks([block(2, true)])
  await added.beforeStop()
  await start(20)
  await until('it is unpinned', () => node.unpinned.length === 1)
})

it('what the node held before is none of its business', async () => {
  node.statuses.set(testCid(2).toString(), 'recursive')
  await start(1)
  await added.putBlocks([block(2, true)])
  expect(await noted()).toBe(0)
})
