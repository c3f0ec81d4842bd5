import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { parseCid } from '@ipfs-cluster/api'
import { blockIdOf } from '@ipfs-cluster/core/blocks'
import { decodePin } from '@ipfs-cluster/core/codec'
import { crdtTopic } from '@ipfs-cluster/core/consensus/crdt'
import { decodeBroadcast, encodeBroadcast } from '../../../src/consensus/crdt/broadcast.ts'
import { readBlock } from '../../../src/consensus/crdt/delta-block.ts'
import { decodeDelta, encodeDelta } from '../../../src/consensus/crdt/delta.ts'
import type { Delta } from '../../../src/consensus/crdt/delta.ts'
import { readVector } from '../../helpers/vectors.ts'
import { dump, pinOf, TestBlocks, testReplica, TestTopic, vectorPin, withoutTakenBack, PEER_B } from './helpers.ts'
import type { TestReplica } from './helpers.ts'

type Dump = Record<string, string>

interface Step {
  op: string
  pins: unknown
  broadcast_hex: string | null
  block: {
    cid: string
    block_hex: string
    delta: { elements: { value_hex: string }[]; tombstones: unknown[] } | null
  } | null
  datastore_after: Dump
  put_hook_keys: string[] | null
  delete_hook_keys: string[] | null
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('a replica that is alone', () => {
  it('makes the blocks, messages and keys that a Go replica makes', async () => {
    const vector = await readVector<{ datastore_initial: Dump; steps: Step[] }>('crdt_single_replica.json')
    const source = new TestBlocks()
    let before = vector.datastore_initial
    let head: string | undefined
    for (const step of vector.steps) {
      const topic = new TestTopic()
      const replica = testReplica({}, { broadcaster: topic.broadcaster('self'), deltas: source })
      await replica.start()
      // Each step begins with what the Go replica had then: it lists tombstones of one key in no certain order.
      if (head) topic.deliver({ from: PEER_B, data: encodeBroadcast([parseCid(head)]) })
      await replica.consensus.settled()
      expect(await dump(replica.datastore, '/c/')).toEqual(withoutTakenBack(before))
      replica.events.length = 0

      await apply(step, replica, vector.steps)
      if (step.block && step.broadcast_hex) {
        const expected = readBlock(Buffer.from(step.block.block_hex, 'hex'))
        const [made] = decodeBroadcast(topic.sent[0]!.data)
        const { delta, links } = readBlock((await replica.consensus.blocks.get(made!))!)
        expect([step.op, comparable(delta), links]).toEqual([step.op, comparable(expected.delta), expected.links])
        source.bytes.set(expected.id, expected.bytes)
        head = step.block.cid
      }
      if ((step.block?.delta?.tombstones.length ?? 0) < 2) {
        const stored = await dump(replica.datastore, '/c/')
        expect([step.op, stored]).toEqual([step.op, withoutTakenBack(step.datastore_after)])
        expect(topic.sent.map(({ data }) => hex(data))).toEqual(step.broadcast_hex ? [step.broadcast_hex] : [])
      }
      const kinds = replica.events.map((event) => event.split(' ')[0]).sort()
      const expected = [
        ...(step.delete_hook_keys ?? []).map(() => 'delete'),
        ...(step.put_hook_keys ?? []).map(() => 'put')
      ]
      expect([step.op, kinds]).toEqual([step.op, expected])
      before = step.datastore_after
      await replica.stop()
    }
  })

  async function apply({ op, pins, block }: Step, { consensus }: TestReplica, steps: readonly Step[]): Promise<void> {
    if (op.startsWith('batch')) {
      const named = vectorPin(steps[1]!.pins)
      const [direct] = block!.delta!.elements
      const added = decodePin(Buffer.from(direct!.value_hex, 'hex'))
      // Asked for at the same moment, so they make one group.
      await Promise.all([consensus.logPin(added), consensus.logPin({ ...named, name: 'x' }), consensus.logUnpin(named)])
    } else if (op.startsWith('remove')) await consensus.logUnpin(pinOf(parseCid(pins as string)))
    else await consensus.logPin(vectorPin(pins))
  }

  const comparable = ({ elements, tombstones, priority }: Delta): unknown => ({
    elements: elements.map(({ key, value }) => [key, hex(value)]),
    tombstones: tombstones.map(({ key, id }) => `${key} ${id}`).sort(),
    priority
  })
})

interface Block {
  cid: string
  block_hex: string
  links: string[]
}

describe('replicas that write at the same time', () => {
  interface Concurrent {
    block_a: Block
    block_b: Block
    join_block_by_a: Block
    concurrent_remove_block_by_b: Block
    concurrent_add_block_by_a: Block
    broadcast_a: string
    broadcast_b: string
    datastore_a_after_merge: Dump
    datastore_b_after_merge: Dump
    datastore_a_final: Dump
    datastore_b_final: Dump
  }
  let vector: Concurrent
  let blocks: TestBlocks
  const replicas: TestReplica[] = []

  async function replicaWith(
    ...made: Block[]
  ): Promise<{ replica: TestReplica; follow(...heads: Block[]): Promise<void> }> {
    const topic = new TestTopic()
    const replica = testReplica({}, { broadcaster: topic.broadcaster(PEER_B), deltas: blocks })
    replicas.push(replica)
    await replica.start()
    const follow = async (...heads: Block[]): Promise<void> => {
      for (const { cid } of heads) topic.deliver({ from: PEER_B, data: encodeBroadcast([parseCid(cid)]) })
      await replica.consensus.settled()
    }
    await follow(...made)
    return { replica, follow }
  }

  const withoutBlocks = async (replica: TestReplica): Promise<Dump> =>
    Object.fromEntries(
      Object.entries(await dump(replica.datastore, '/c/')).filter(([key]) => !key.startsWith('/c/b/blocks/'))
    )

  beforeEach(async () => {
    vector = await readVector('crdt_concurrent.json')
    blocks = new TestBlocks()
    for (const block of [
      vector.block_a,
      vector.block_b,
      vector.join_block_by_a,
      vector.concurrent_add_block_by_a,
      vector.concurrent_remove_block_by_b
    ]) {
      blocks.bytes.set(blockIdOf(parseCid(block.cid)), Buffer.from(block.block_hex, 'hex'))
    }
  })

  afterEach(async () => {
    for (const replica of replicas.splice(0)) await replica.stop()
  })

  it('agree with Go replicas on the winner, whoever came first', async () => {
    for (const order of [
      [vector.block_a, vector.block_b],
      [vector.block_b, vector.block_a]
    ]) {
      const { replica } = await replicaWith(...order)
      expect(await withoutBlocks(replica)).toEqual(withoutTakenBack(vector.datastore_a_after_merge))
    }
  })

  it('join two heads in the block that a Go replica makes', async () => {
    const { replica } = await replicaWith(vector.block_a, vector.block_b)
    const { delta } = readBlock(Buffer.from(vector.join_block_by_a.block_hex, 'hex'))
    await replica.consensus.logPin(decodePin(delta.elements[0]!.value))
    const made = await replica.consensus.blocks.get(parseCid(vector.join_block_by_a.cid))
    expect(hex(made!)).toBe(vector.join_block_by_a.block_hex)
  })

  it('keep a pin that is added while another replica removes it', async () => {
    const { concurrent_add_block_by_a: add, concurrent_remove_block_by_b: remove } = vector
    for (const order of [
      [add, remove],
      [remove, add]
    ]) {
      const { replica } = await replicaWith(...order)
      expect(await withoutBlocks(replica)).toEqual(withoutTakenBack(vector.datastore_a_final))
      expect(await withoutBlocks(replica)).toEqual(withoutTakenBack(vector.datastore_b_final))
    }
  })
})

describe('a fresh replica that hears of heads', () => {
  interface Trace {
    seed: number
    blocks_hex_by_block_id: Record<string, string>
    broadcasts_after_exchange: { broadcast_hex: string }[]
    fresh_replica_datastore_without_blocks: Dump
    live_values_hex: Record<string, string>
  }

  it.each([0, 1, 2])('ends up as a Go replica did in trace %i, in any order of the messages', async (index) => {
    const { traces } = await readVector<{ traces: Trace[] }>('crdt_traces.json')
    const trace = traces[index]!
    const messages = trace.broadcasts_after_exchange.map(({ broadcast_hex }) => Buffer.from(broadcast_hex, 'hex'))
    for (const order of [messages, [...messages].reverse(), [...messages, ...messages]]) {
      const blocks = new TestBlocks()
      for (const [id, bytes] of Object.entries(trace.blocks_hex_by_block_id))
        blocks.bytes.set(id.slice(1), Buffer.from(bytes, 'hex'))
      const topic = new TestTopic()
      const replica = testReplica({}, { broadcaster: topic.broadcaster('self'), deltas: blocks })
      await replica.start()
      for (const data of order) topic.deliver({ from: PEER_B, data })
      await replica.consensus.settled()

      const stored = await dump(replica.datastore, '/c/')
      const storedBlocks = Object.entries(stored).filter(([key]) => key.startsWith('/c/b/blocks/'))
      for (const [key] of storedBlocks) delete stored[key]
      expect(stored).toEqual(withoutTakenBack(trace.fresh_replica_datastore_without_blocks))
      expect(Object.fromEntries(storedBlocks)).toEqual(
        Object.fromEntries(
          Object.entries(trace.blocks_hex_by_block_id).map(([id, bytes]) => [`/c/b/blocks${id}`, bytes])
        )
      )
      expect(await replica.consensus.state.count()).toBe(Object.keys(trace.live_values_hex).length)
      expect(new Set(blocks.asked).size).toBe(blocks.asked.length)
      await replica.stop()
    }
  })
})

describe('messages and topics', () => {
  interface Message {
    name: string
    json_value: unknown
    hex: string
  }

  it('are those of the Go release', async () => {
    const vectors = await readVector<Message[]>('crdt_messages.json')
    for (const { name, json_value, hex: expected } of vectors) {
      const bytes = Buffer.from(expected, 'hex')
      if (name.startsWith('broadcast')) {
        const heads = decodeBroadcast(bytes)
        expect(heads.map((cid) => cid.toString())).toEqual(json_value)
        if (name !== 'broadcast-legacy') expect(hex(encodeBroadcast(heads))).toBe(expected)
      } else if (name.startsWith('topic')) {
        const { cluster_name, topic } = json_value as { cluster_name: string; topic: string }
        expect(crdtTopic(cluster_name)).toBe(topic)
      } else if (name.startsWith('block')) {
        const { cid, links } = json_value as { cid: string; links: string[] }
        const block = readBlock(bytes)
        expect([block.cid.toString(), block.links]).toEqual([cid, links.map((link) => blockIdOf(parseCid(link)))])
        expect(hex(encodeDelta(block.delta))).toBe(hex(bytes.subarray(bytes.length - encodeDelta(block.delta).length)))
      } else if (name === 'delta-tombstone') {
        expect(decodeDelta(bytes)).toEqual({
          elements: [],
          tombstones: [{ key: 'KEY', id: 'CIQ1' }],
          priority: 300
        })
        expect(hex(encodeDelta(decodeDelta(bytes)))).toBe(expected)
      } else throw new Error(`no test for ${name}`)
    }
  })
})
