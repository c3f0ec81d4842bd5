import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { pinKeyToCid } from '@ipfs-cluster/core/codec'
import { levelDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore } from '@ipfs-cluster/core/datastore'
import { readBlock } from '../../../src/consensus/crdt/delta-block.ts'
import type { DeltaBlock } from '../../../src/consensus/crdt/delta-block.ts'
import { decodeVarint } from '../../../src/consensus/crdt/varint.ts'
import { startChild } from '../../helpers/child.ts'
import { removeFolder, temporaryFolder } from '../../helpers/temp-folder.ts'
import { testReplica } from './helpers.ts'

let location: string

beforeEach(async () => {
  location = await temporaryFolder()
})

afterEach(() => removeFolder(location))

/** What was acknowledged, over all rounds. In doubt is what was asked for and not answered. */
class Ledger {
  readonly pinned = new Set<string>()
  readonly unpinned = new Set<string>()
  readonly inDoubt = new Set<string>()
  acknowledged = 0

  read(line: string): void {
    const [what, cid = ''] = line.split(' ')
    if (what === 'pinned') this.pinned.add(cid)
    if (what === 'unpinning') this.inDoubt.add(cid)
    if (what === 'unpinned') {
      this.inDoubt.delete(cid)
      this.unpinned.add(cid)
    }
    this.acknowledged++
  }

  async check(datastore: Datastore): Promise<void> {
    const held = new Set<string>()
    const { consensus } = testReplica({}, { datastore })
    // Starting turns what waits in the journal into deltas.
    await consensus.start()
    for await (const pin of consensus.state.list()) held.add(pin.cid.toString())
    expect(
      [...this.pinned].filter((cid) => !held.has(cid) && !this.unpinned.has(cid) && !this.inDoubt.has(cid))
    ).toEqual([])
    expect([...this.unpinned].filter((cid) => held.has(cid))).toEqual([])
    expect(await consensus.state.count()).toBe(held.size)
    // What is kept beside the set has not fallen behind it.
    expect(await consensus.state.countByCreation()).toBe(held.size)
    const placed = (await Array.fromAsync(consensus.state.listByCreation())).flat()
    expect(new Set(placed.map(({ key }) => pinKeyToCid(key).toString()))).toEqual(held)
    expect(placed).toHaveLength(held.size)
    await consensus.stop()
  }
}

async function checkConsistency(datastore: Datastore): Promise<number> {
  const stored = new Map<string, Uint8Array>()
  for await (const chunk of datastore.entries({ prefix: '/c/' }))
    for (const { key, value } of chunk) stored.set(key, value)
  const blocks = new Map<string, DeltaBlock>()
  for (const [key, value] of stored)
    if (key.startsWith('/c/b/blocks/')) blocks.set(key.slice('/c/b/blocks/'.length), readBlock(value))

  const linked = new Set([...blocks.values()].flatMap(({ links }) => links))
  const tips = [...blocks.values()].filter(({ id }) => !linked.has(id))
  const heads = [...stored]
    .filter(([key]) => key.startsWith('/c/h/'))
    .map(([key, value]) => [key.slice('/c/h/'.length), decodeVarint(value)])
  expect(heads).toEqual(tips.map(({ id, delta }) => [id, delta.priority]))
  const takenBack = new Set(
    [...blocks.values()].flatMap(({ delta }) => delta.tombstones.map(({ key, id }) => `${key}/${id}`))
  )
  expect([...stored.keys()].filter((key) => key.startsWith('/c/s/t/'))).toEqual([])
  for (const [name, block] of blocks) {
    expect(block.id).toBe(name)
    expect(stored.has(`/c/b/${name}`)).toBe(true)
    for (const link of block.links) expect(blocks.get(link)?.delta.priority).toBeLessThan(block.delta.priority)
    for (const { key, value } of block.delta.elements) {
      // Every key is added once, so it has its value unless that addition was taken back.
      const current = stored.get(`/c/s/k/${key}/v`)
      const isTakenBack = takenBack.has(`${key}/${name}`)
      expect(stored.has(`/c/s/s/${key}/${name}`)).toBe(!isTakenBack)
      if (isTakenBack) expect(current).toBeUndefined()
      else expect(Buffer.compare(current!, value)).toBe(0)
    }
  }
  return Math.max(0, ...tips.map(({ delta }) => delta.priority))
}

describe('a peer that is killed while it writes', () => {
  it.each([
    ['without batching', '0', 10],
    ['with batching', '40', 4]
  ])(
    'has every change that was acknowledged, %s',
    async (_, batchSize, rounds) => {
      const ledger = new Ledger()
      let height = 0
      for (let round = 0; round < rounds; round++) {
        const child = startChild(new URL('pin-writer.ts', import.meta.url), [location, String(round), batchSize])
        // Killed after any number of changes, now and then before the first.
        let patience = Math.floor(Math.random() * 200)
        for await (const line of child.lines) {
          if (line !== 'ready') ledger.read(line)
          if (patience-- === 0) child.process.kill('SIGKILL')
        }
        await child.exited

        const datastore = levelDatastore({ location })
        await datastore.open()
        await checkConsistency(datastore)
        await ledger.check(datastore)
        const after = await checkConsistency(datastore)
        expect(after).toBeGreaterThanOrEqual(height)
        height = after
        await datastore.close()
      }
      expect(height).toBeGreaterThan(rounds)
      expect(ledger.acknowledged).toBeGreaterThan(100)
    },
    300_000
  )
})
