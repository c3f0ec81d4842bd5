import { afterEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { blockIdOf, cidOfBlockId } from '@ipfs-cluster/core/blocks'
import { pinKey } from '@ipfs-cluster/core/codec'
import { encodeBroadcast } from '../../../src/consensus/crdt/broadcast.ts'
import { readBlock } from '../../../src/consensus/crdt/delta-block.ts'
import { CrdtKeys } from '../../../src/consensus/crdt/keys.ts'
import { blocksToAskFor, markerWrites } from '../../../src/consensus/crdt/markers.ts'
import { someCid } from '../../blocks/support.ts'
import { dump, PEER_B, pinOf, TestBlocks, testReplica, TestTopic } from './helpers.ts'
import type { TestReplica } from './helpers.ts'

const keys = new CrdtKeys('/c')
const id = fc.constantFrom('B1', 'B2', 'B3', 'B4', 'B5')
const ids = fc.array(id, { maxLength: 4 }).map((all) => new Set(all))

describe('the markers of a key', () => {
  it('say afterwards which merged additions live, and bar those of blocks that are not merged', () => {
    fc.assert(
      fc.property(ids, ids, ids, ids, ids, (stored, halfWritten, storedTombstones, elements, tombstones) => {
        // Of a block that is merged the store has its addition or nothing; of another one it may have a tombstone, and
        // what a Go peer had written of it when it was stopped.
        const left = halfWritten.difference(stored)
        const before = {
          elements: stored.difference(elements).union(left),
          tombstones: storedTombstones.difference(stored)
        }
        const barred = elements.intersection(before.tombstones)
        // Who only adds does not ask what there is.
        const changes = { elements, barred, tombstones, stored: tombstones.size === 0 ? undefined : before }
        const merged = stored.union(elements)
        const markers = new Set([
          ...Array.from(before.elements, (block) => keys.element('K', block)),
          ...Array.from(before.tombstones, (block) => keys.tombstone('K', block))
        ])
        for (const { type, key } of markerWrites('K', changes, merged, keys)) {
          if (type === 'put') markers.add(key)
          else markers.delete(key)
        }
        const gone = before.tombstones.union(tombstones)
        const expected = [
          ...Array.from(merged.difference(gone).union(left.difference(elements)), (block) => keys.element('K', block)),
          ...Array.from(gone.difference(merged), (block) => keys.tombstone('K', block))
        ]
        expect([...markers].sort()).toEqual(expected.sort())
      })
    )
  })

  it('ask only for blocks that something is taken back of', () => {
    const changes = { elements: new Set(['B1']), barred: new Set<string>(), tombstones: new Set(['B2']) }
    expect(blocksToAskFor(changes)).toEqual(['B2'])
    const stored = { elements: new Set(['B3', 'B4']), tombstones: new Set(['B4', 'B5']) }
    expect(blocksToAskFor({ ...changes, stored })).toEqual(['B2', 'B4'])
  })
})

describe('a replica', () => {
  const running: TestReplica[] = []

  afterEach(async () => {
    for (const replica of running.splice(0)) await replica.stop()
  })

  async function started(...args: Parameters<typeof testReplica>): Promise<TestReplica> {
    const replica = testReplica(...args)
    running.push(replica)
    await replica.start()
    return replica
  }

  const markersOf = async ({ datastore }: TestReplica): Promise<string[]> => [
    ...Object.keys(await dump(datastore, '/c/s/s/')),
    ...Object.keys(await dump(datastore, '/c/s/t/'))
  ]

  it('keeps no marker of pins that were made and taken back, however often', async () => {
    const replica = await started()
    const pin = pinOf(someCid('comes and goes'))
    for (let i = 0; i < 20; i++) {
      await replica.consensus.logPin(pin)
      await replica.consensus.logUnpin(pin)
    }
    expect(await markersOf(replica)).toEqual([])
  })

  it('clears away what a Go peer has left of a key when that is removed', async () => {
    const replica = await started()
    const pin = pinOf(someCid('of a Go peer'))
    const key = pinKey(pin.cid)
    await replica.consensus.logPin(pin)
    await replica.consensus.logUnpin(pin)
    const [merged = ''] = Object.keys(await dump(replica.datastore, keys.blocks)).map((name) =>
      name.slice(keys.blocks.length)
    )
    const unknown = blockIdOf(someCid('a block that is not here'))
    for (const block of [merged, unknown]) {
      await replica.datastore.put(keys.element(key, block), Buffer.alloc(0))
      await replica.datastore.put(keys.tombstone(key, block), Buffer.alloc(0))
    }
    await replica.consensus.logPin(pin)
    await replica.consensus.logUnpin(pin)
    expect(await markersOf(replica)).toEqual([keys.element(key, unknown), keys.tombstone(key, unknown)])
  })

  it.each([
    ['', false],
    [', also when a Go peer was stopped while it took it in', true]
  ])('bars an addition that comes after it was taken back, and then forgets both%s', async (_, isHalfWritten) => {
    const blocks = new TestBlocks()
    const writer = await started()
    const pin = pinOf(someCid('late'))
    const added = await writer.consensus.logPin(pin)
    const removed = await writer.consensus.logUnpin(pin)
    expect([added, removed]).toEqual([undefined, undefined])
    blocks.peers.push(writer.consensus)
    const topic = new TestTopic()
    const reader = await started({}, { deltas: blocks, broadcaster: topic.broadcaster('self') })
    const [head = ''] = Object.keys(await dump(writer.datastore, '/c/h/')).map((name) => name.slice('/c/h/'.length))
    const { links } = readBlock((await writer.consensus.blocks.get(cidOfBlockId(head)))!)
    blocks.bytes.set(head, (await writer.consensus.blocks.get(cidOfBlockId(head)))!)
    blocks.peers.splice(0)
    topic.deliver({ from: PEER_B, data: encodeBroadcast([cidOfBlockId(head)]) })
    await reader.consensus.settled()
    expect(await markersOf(reader)).toEqual([keys.tombstone(pinKey(pin.cid), links[0]!)])
    if (isHalfWritten) await reader.datastore.put(keys.element(pinKey(pin.cid), links[0]!), Buffer.alloc(0))

    blocks.peers.push(writer.consensus)
    topic.deliver({ from: PEER_B, data: encodeBroadcast([cidOfBlockId(links[0]!)]) })
    await reader.consensus.settled()
    expect(await markersOf(reader)).toEqual([])
    expect(reader.events).toEqual([])
  })
})
