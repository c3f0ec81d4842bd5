import { afterEach, describe, expect, it } from '@jest/globals'
import type { CID } from 'multiformats/cid'
import type { BlockReader } from '@ipfs-cluster/core/blocks'
import { nullLogger } from '@ipfs-cluster/core/util'
import { MAX_UNMET_WANTS, MAX_WANTS, TARGET_MESSAGE_SIZE } from '../../../src/blocks/bitswap/defaults.ts'
import { decodeMessage } from '../../../src/blocks/bitswap/message.ts'
import type { ReceivedMessage, WantEntry, WantKind } from '../../../src/blocks/bitswap/message.ts'
import { PeerQueue } from '../../../src/blocks/bitswap/peer-queue.ts'
import { readFrames } from '../../../src/network/frames.ts'
import { MemoryStream } from '../../helpers/memory-streams.ts'
import { until } from '../../helpers/until.ts'
import { blockUpon, MapBlocks, someCid } from '../support.ts'

const dialect = { presences: true, prefixes: true }
const queues: PeerQueue[] = []

afterEach(() => {
  for (const queue of queues.splice(0)) queue.stop()
})

function want(cid: CID, kind: WantKind = 'block', sendDontHave = true): WantEntry {
  return { cid, kind, cancel: false, sendDontHave }
}

interface Setup {
  queue: PeerQueue
  /** The other end of each stream that was opened. */
  streams: MemoryStream[]
  next: () => Promise<ReceivedMessage>
}

function setUp(blocks: BlockReader): Setup {
  const streams: MemoryStream[] = []
  let messages: AsyncGenerator<Uint8Array> | undefined
  const queue = new PeerQueue({
    open: async () => {
      const [here, there] = MemoryStream.pair()
      streams.push(there)
      messages = readFrames(there, 8 << 20)
      return { bytes: here, dialect }
    },
    blocks,
    log: nullLogger.forComponent('test')
  })
  queues.push(queue)
  const next = async (): Promise<ReceivedMessage> => {
    await until(() => messages !== undefined)
    return decodeMessage(Buffer.from((await messages!.next()).value as Uint8Array))
  }
  return { queue, streams, next }
}

describe('PeerQueue', () => {
  it('sends small blocks at once, of large ones only that they are there to who asks that', async () => {
    const small = blockUpon([], 'small')
    const large = blockUpon([], 'large', 2000)
    const { queue, next } = setUp(new MapBlocks([small, large]))
    queue.asked([want(small.cid, 'have'), want(large.cid, 'have'), want(someCid('none'))], false)
    const { blocks, presences } = await next()
    expect(blocks.map((bytes) => Buffer.from(bytes))).toEqual([Buffer.from(small.bytes)])
    expect(presences).toEqual([
      { cid: large.cid, isThere: true },
      { cid: someCid('none'), isThere: false }
    ])
    queue.asked([want(large.cid)], false)
    expect((await next()).blocks[0]).toHaveLength(large.bytes.length)
  })

  it('sends a block that comes later to who asked for it, unless it was cancelled', async () => {
    const [first, second, third] = ['1', '2', '3'].map((label) => blockUpon([], label))
    const stored = new MapBlocks()
    const { queue, next } = setUp(stored)
    queue.asked([want(first!.cid), want(second!.cid), want(third!.cid, 'block', false)], false)
    expect((await next()).presences).toHaveLength(2)
    queue.asked([{ ...want(second!.cid), cancel: true }], false)
    for (const { id, bytes } of [first!, second!, third!]) queue.arrived(id, bytes)
    const given = [...(await next()).blocks]
    if (given.length === 1) given.push(...(await next()).blocks)
    expect(given.map((bytes) => Buffer.from(bytes))).toEqual([first!, third!].map(({ bytes }) => Buffer.from(bytes)))
  })

  it('reads blocks only as fast as the peer takes them', async () => {
    const blocks = Array.from({ length: 40 }, (_, i) => blockUpon([], `${i}`, 100_000))
    const stored = new MapBlocks(blocks)
    const { queue, next, streams } = setUp(stored)
    queue.asked(
      blocks.map(({ cid }) => want(cid)),
      false
    )
    await until(() => streams.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(stored.read.length * 100_000).toBeLessThan(2 * TARGET_MESSAGE_SIZE + 200_000)
    let received = 0
    while (received < blocks.length) received += (await next()).blocks.length
    expect(received).toBe(blocks.length)
  })

  it('holds no more questions than it should, and forgets the oldest that could not be met', async () => {
    const stored = new MapBlocks()
    const { queue, next } = setUp(stored)
    const cids = Array.from({ length: MAX_WANTS + 500 }, (_, i) => someCid(`${i}`))
    queue.asked(
      cids.map((cid) => want(cid)),
      false
    )
    let presences = (await next()).presences.length
    expect(presences).toBe(MAX_WANTS)
    const met = cids.map((_, i) => blockUpon([], `${i}`))
    stored.add(...met)
    queue.asked(
      met.map(({ cid }) => want(cid)),
      true
    )
    presences = 0
    let blocks = 0
    while (blocks < MAX_WANTS) blocks += (await next()).blocks.length
    expect([blocks, MAX_UNMET_WANTS < MAX_WANTS]).toEqual([MAX_WANTS, true])
  })

  it('opens a new stream when the peer has closed the one before', async () => {
    const { queue, next, streams } = setUp(new MapBlocks())
    queue.ask(want(someCid('one')))
    expect((await next()).wants).toHaveLength(1)
    streams[0]!.abort(new Error('idle'))
    queue.ask(want(someCid('two')))
    await until(() => streams.length === 2)
    expect((await next()).wants[0]!.cid.equals(someCid('two'))).toBe(true)
  })

  it('goes on after a block that cannot be read', async () => {
    const stored = new MapBlocks()
    stored.get = async () => {
      throw new Error('the disk is broken')
    }
    const { queue, next } = setUp(stored)
    queue.asked([want(someCid('one'))], false)
    expect((await next()).presences).toEqual([{ cid: someCid('one'), isThere: false }])
  })
})
