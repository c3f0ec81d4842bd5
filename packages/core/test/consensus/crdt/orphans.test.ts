import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore } from '@ipfs-cluster/core/datastore'
import { pinKey } from '@ipfs-cluster/core/codec'
import { someCid } from '../../blocks/support.ts'
import { memoryLogger } from '../../helpers/memory-logger.ts'
import { dump, pinOf, testReplica } from './helpers.ts'
import type { TestReplica } from './helpers.ts'

const NAMES = ['a', 'b', 'c']

let datastore: Datastore
let log: ReturnType<typeof memoryLogger>
let replica: TestReplica

beforeEach(() => {
  datastore = memoryDatastore()
  log = memoryLogger()
})

afterEach(() => replica.stop())

async function start(): Promise<void> {
  const { logger } = log
  replica = testReplica({}, { datastore, logger })
  await replica.start()
}

/** What is below a prefix, by the end of the key. */
const below = async (prefix: string): Promise<Record<string, string>> => dump(datastore, prefix)

/** A store with three pins, each of a block upon the block before; the states of the heads after each. */
async function threePins(): Promise<{ heads: Record<string, string>[]; all: Record<string, string> }> {
  await start()
  const heads: Record<string, string>[] = []
  for (const name of NAMES) {
    await replica.consensus.logPin(pinOf(someCid(name)))
    heads.push(await below('/c/h/'))
  }
  await replica.consensus.stop()
  return { heads, all: await below('/c/') }
}

/** As a Go peer leaves the store that was stopped before it noted the head of the last block. */
async function withoutLastHead(heads: Record<string, string>[]): Promise<void> {
  await datastore.deleteRange({ prefix: '/c/h/' })
  await datastore.deleteRange({ prefix: '/ts/' })
  for (const [key, value] of Object.entries(heads.at(-2) ?? {})) await datastore.put(key, Buffer.from(value, 'hex'))
}

describe('a store that a Go peer has left in the middle of a pin', () => {
  it('is finished: the block becomes a head, so that other peers hear of it', async () => {
    const { heads, all } = await threePins()
    await withoutLastHead(heads)
    await replica.consensus.start()
    expect(await below('/c/')).toEqual(all)
    expect(log.lines.join('\n')).toContain('took in 1 changes that a Go peer had not finished to write')
    expect(await replica.consensus.state.count()).toBe(3)
  })

  it('is finished when nothing of what the block does has been written', async () => {
    const { heads, all } = await threePins()
    await withoutLastHead(heads)
    const [id = ''] = Object.keys(heads.at(-1) ?? {}).map((key) => key.replace('/c/h/', ''))
    const key = pinKey(someCid('c'))
    for (const prefix of [`/c/b/${id}`, `/c/s/k/${key}/`, `/c/s/s/${key}/`]) await datastore.deleteRange({ prefix })
    await replica.consensus.start()
    expect(await below('/c/')).toEqual(all)
    expect(await replica.consensus.state.has(someCid('c'))).toBe(true)
    expect(await replica.consensus.state.countByCreation()).toBe(3)
  })

  it('has its heads left alone when all is well', async () => {
    const { heads, all } = await threePins()
    await datastore.deleteRange({ prefix: '/ts/' })
    await replica.consensus.start()
    expect(await below('/c/')).toEqual(all)
    expect(await below('/c/h/')).toEqual(heads.at(-1))
    expect(log.lines.join('\n')).not.toContain('not finished')
  })
})
