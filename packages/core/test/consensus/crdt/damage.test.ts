import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore } from '@ipfs-cluster/core/datastore'
import { memoryLogger } from '../../helpers/memory-logger.ts'
import { someCid } from '../../blocks/support.ts'
import { until } from '../../helpers/until.ts'
import { dump, pinOf, TestBlocks, testReplica } from './helpers.ts'
import type { TestReplica } from './helpers.ts'

const BLOCKS = '/c/b/blocks/'

describe('a datastore that the disk has damaged', () => {
  let whole: TestReplica
  let datastore: Datastore
  let before: Record<string, string>
  let lines: string[]
  let others: TestBlocks
  const running: TestReplica[] = []

  /** Starts a replica on what is in `datastore`. */
  async function start(repairInterval = 0): Promise<TestReplica> {
    const { logger, lines: logged } = memoryLogger()
    lines = logged
    const replica = testReplica({ repairInterval }, { datastore, deltas: others, logger })
    running.push(replica)
    await replica.start()
    return replica
  }

  /** Blocks of the datastore, in the order of their names. */
  async function blocks(): Promise<string[]> {
    return Object.keys(await dump(datastore, BLOCKS))
  }

  const contents = (): Promise<Record<string, string>> => dump(datastore, '/c/')

  beforeEach(async () => {
    datastore = memoryDatastore()
    others = new TestBlocks()
    whole = testReplica({}, { datastore })
    await whole.start()
    for (let i = 0; i < 40; i++) await whole.consensus.logPin(pinOf(someCid(`pin ${i}`), 'first'))
    for (let i = 0; i < 20; i++) await whole.consensus.logPin(pinOf(someCid(`pin ${i}`), 'second'))
    await whole.consensus.stop()
    before = await contents()
    for (const [key, hex] of Object.entries(before)) {
      if (key.startsWith(BLOCKS)) others.bytes.set(key.slice(BLOCKS.length), Buffer.from(hex, 'hex'))
    }
  })
  afterEach(async () => {
    for (const replica of running.splice(0)) await replica.stop()
  })

  it('gets blocks with wrong bytes and blocks that are gone from other peers by itself, and says so once', async () => {
    const ids = await blocks()
    await datastore.batch([
      ...ids.slice(0, 10).map((key) => ({ type: 'put' as const, key, value: Buffer.from('garbled') })),
      ...ids.slice(20, 30).map((key) => ({ type: 'del' as const, key }))
    ])
    await start(20)
    await until(async () => lines.some((line) => line.startsWith('put back')))
    expect(await contents()).toEqual(before)
    expect(lines.filter((line) => line.includes('Check the disk'))).toHaveLength(1)
  })

  it('gives other peers no wrong bytes, and mends what they ask for', async () => {
    const [first = ''] = await blocks()
    const head = whole.consensus.heads[0]!
    await datastore.put(first, Buffer.from('garbled'))
    await datastore.put(BLOCKS + Object.keys(await dump(datastore, '/c/h/'))[0]!.slice('/c/h/'.length), Buffer.from([]))
    const replica = await start()
    expect(await replica.consensus.blocks.get(head)).toBeUndefined()
    await until(async () => (await replica.consensus.blocks.get(head)) !== undefined)
  })

  it('unpins what a damaged block has pinned', async () => {
    for (const key of await blocks()) await datastore.put(key, Buffer.from('garbled'))
    const replica = await start()
    await replica.consensus.logUnpin(pinOf(someCid('pin 30')))
    await replica.consensus.logUnpin(pinOf(someCid('pin 3')))
    expect(await replica.consensus.state.count()).toBe(38)
  })

  it('says what to do when nobody has the block, and goes on with the rest', async () => {
    const [first = ''] = await blocks()
    await datastore.delete(first)
    others.bytes.clear()
    const replica = await start(20)
    await until(async () => lines.some((line) => line.includes('import an export of the state')))
    await replica.consensus.logPin(pinOf(someCid('another')))
    expect(await replica.consensus.state.count()).toBe(41)
  })

  it('reads a damaged head from its block', async () => {
    const [head = ''] = Object.keys(await dump(datastore, '/c/h/'))
    await datastore.put(head, Buffer.from('ffff', 'hex'))
    const replica = await start()
    await replica.consensus.logPin(pinOf(someCid('another')))
    expect(Object.values(await dump(datastore, '/c/h/'))).toEqual(['3d'])
  })

  it('goes on at the right height when the heads are gone', async () => {
    for (const key of Object.keys(await dump(datastore, '/c/h/'))) await datastore.delete(key)
    const replica = await start()
    await replica.consensus.logPin(pinOf(someCid('pin 3'), 'third'))
    expect((await replica.consensus.state.get(someCid('pin 3')))?.name).toBe('third')
    expect(Object.values(await dump(datastore, '/c/h/'))).toEqual(['3d'])
    expect(lines.some((line) => line.includes('heads are gone'))).toBe(true)
  })

  it('passes over a head that nothing can be read of', async () => {
    await datastore.put('/c/h/NOT-A-HEAD', Buffer.from('ffff', 'hex'))
    const replica = await start()
    expect(replica.consensus.heads).toHaveLength(1)
    expect(lines.some((line) => line.includes('NOT-A-HEAD'))).toBe(true)
  })
})
