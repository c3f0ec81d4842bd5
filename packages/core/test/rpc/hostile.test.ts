import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { msgpack } from '../../src/codec/index.ts'
import { serve, SERVICES } from '../../src/rpc/index.ts'
import type { RpcClient, RpcServerInit } from '../../src/rpc/index.ts'
import type { RpcHandlers } from '../../src/rpc/handlers.ts'
import { readVector } from '../helpers/vectors.ts'
import { MemoryStream } from '../helpers/memory-streams.ts'
import { until } from '../helpers/until.ts'
import { collect, PEER } from '../pintracker/fakes.ts'
import type { FrameVector } from './helpers.ts'
import { clientOn, fromHex, readAll, Slow, slowService, TwoPeers } from './helpers.ts'

const unhandled: unknown[] = []
const keep = (reason: unknown): void => void unhandled.push(reason)
let peers: TwoPeers

async function startPeers(init: RpcServerInit = {}): Promise<void> {
  peers = await new TwoPeers(
    [
      serve(SERVICES.Cluster, { Version: () => ({ version: '1' }) } as unknown as RpcHandlers<typeof SERVICES.Cluster>),
      slowService()
    ],
    { server: { requestTimeout: 500, ...init } }
  ).start()
}

beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', keep)
})

afterEach(async () => {
  await peers.stop()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', keep)
  expect(unhandled).toEqual([])
  expect(peers.lines).toEqual([])
})

/** The server must be as good as new after whatever was sent. */
async function expectAlive(): Promise<void> {
  expect(await peers.client.call(PEER, SERVICES.Cluster.Version, {})).toEqual({ version: '1' })
}

type Ending = 'closeWrite' | 'abort' | 'close'

async function send(bytes: Uint8Array, ending: Ending): Promise<void> {
  const stream = await peers.open()
  await stream.write(bytes).catch(() => {})
  if (ending === 'closeWrite') await stream.closeWrite()
  else if (ending === 'close') await stream.close()
  else stream.abort(new Error('gone'))
  await readAll(stream).catch(() => {})
}

const requests = (await readVector<FrameVector[]>('gorpc_frames.json')).map(({ extra }) => fromHex(extra.request_hex))
const endings = fc.constantFrom<Ending>('closeWrite', 'abort', 'close')

describe('a hostile caller', () => {
  it('may send any bytes and end in any way', async () => {
    await startPeers()
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), endings, send), { numRuns: 300 })
    await expectAlive()
  })

  it('may cut a request short anywhere, or change any byte of it', async () => {
    await startPeers()
    const request = fc.constantFrom(...requests)
    await fc.assert(
      fc.asyncProperty(request, fc.nat(), fc.nat(255), endings, async (bytes, at, byte, ending) => {
        await send(bytes.subarray(0, at % bytes.length), ending)
        const changed = Uint8Array.from(bytes)
        changed[at % bytes.length] = byte
        await send(changed, ending)
      }),
      { numRuns: 150 }
    )
    await expectAlive()
  })

  const HEADER = '82a44e616d65a4536c6f77a64d6574686f64a2446f'
  it.each(['dbffffffff', 'c6ffffffff', 'ddffffffff', 'dfffffffff', 'c9ffffffff00', '91'.repeat(70_000)])(
    'gains nothing by a length it does not send: %.12s',
    async (lie) => {
      await startPeers()
      for (const hex of [lie, HEADER + lie]) {
        const stream = await peers.open()
        const before = process.memoryUsage().arrayBuffers
        await stream.write(fromHex(hex))
        // Refused at once: the caller has not even ended its writing.
        expect(await readAll(stream)).not.toBe('')
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
      }
      await expectAlive()
    }
  )

  it('that sends nothing is reset after a while', async () => {
    await startPeers({ requestTimeout: 20 })
    for (const hex of ['', '82a44e616d', HEADER, HEADER + 'da0100']) {
      const stream = await peers.open()
      await stream.write(fromHex(hex))
      await expect(readAll(stream)).rejects.toThrow('stream reset')
    }
  })

  it('cannot keep open for ever what anyone may call', async () => {
    await startPeers({ openCallTimeout: 20 })
    const stream = await peers.open()
    await stream.write(fromHex('82a44e616d65a4536c6f77a64d6574686f64a25374'))
    await expect(readAll(stream)).rejects.toThrow('stream reset')
  })

  it('that takes no replies is reset after a while', async () => {
    const big = serve(Slow, { Do: () => 'x'.repeat(1_000_000), St: async function* () {} })
    peers = await new TwoPeers([big], { server: { replyTimeout: 20 } }).start()
    const stream = await peers.open()
    await stream.write(fromHex(HEADER + 'a0'))
    await until('the other side has noticed', () => stream.broken.aborted)
  })

  it('has a small argument limit at what anyone may call', async () => {
    await startPeers({ maxOpenArgumentBytes: 1000 })
    const asking = peers.client.call(PEER, Slow.Do, 'x'.repeat(2000))
    await expect(asking).rejects.toMatchObject({
      code: 'ERR_RPC_SERVER',
      message: expect.stringContaining('value of 2003 bytes or more') as unknown
    })
    await expectAlive()
  })

  it('has a limited number of calls at once, and others have theirs', async () => {
    await startPeers({ maxCallsPerPeer: 3, maxCalls: 5 })
    const open: MemoryStream[] = []
    for (let i = 0; i < 4; i++) open.push(await peers.open('hostile'))
    expect(open.map(({ broken }) => broken.aborted)).toEqual([false, false, false, true])
    await expectAlive()
    for (let i = 0; i < 3; i++) open.push(await peers.open('accomplice'))
    expect(open.map(({ broken }) => broken.aborted)).toEqual([false, false, false, true, false, false, true])
    for (const stream of open) stream.abort(new Error('gone'))
    // Their places are free when the server has noticed.
    for (let left = 3; left > 0;) {
      const stream = await peers.open('hostile')
      if (!stream.broken.aborted) left--
      await new Promise((resolve) => setImmediate(resolve))
    }
  })

  it('that is not trusted has fewer calls at once than one that is', async () => {
    await startPeers({ maxCallsPerPeer: 3, maxCallsPerStranger: 1 })
    peers.isTrusted = false
    const streams = [await peers.open('stranger'), await peers.open('stranger')]
    expect(streams.map(({ broken }) => broken.aborted)).toEqual([false, true])
    await expectAlive()
  })
})

describe('a hostile server', () => {
  async function answering(bytes: Uint8Array, end: Ending): Promise<RpcClient> {
    const [here, there] = MemoryStream.pair()
    await there.write(bytes)
    if (end === 'abort') there.abort(new Error('gone'))
    else await there[end]()
    return clientOn(here)
  }

  async function ask(bytes: Uint8Array, end: Ending): Promise<void> {
    const unary = (await answering(bytes, end)).call(PEER, SERVICES.PinTracker.Status, ARGUMENT)
    const streaming = collect((await answering(bytes, end)).stream(PEER, SERVICES.PinTracker.StatusAll, [0]))
    for (const result of await Promise.allSettled([unary, streaming])) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Error)
    }
  }

  const ARGUMENT = msgpack.decodeMsgpack(msgpack.cid, requests[3]!.subarray(-39))

  it('may answer with any bytes: the call ends', async () => {
    await startPeers()
    const answers = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(...requests))
    await fc.assert(
      fc.asyncProperty(answers, endings, async (bytes, end) => {
        await ask(bytes, end)
      }),
      { numRuns: 200 }
    )
  })

  it('that ends within an answer is not believed', async () => {
    await startPeers()
    const header = msgpack.encodeMsgpack(msgpack.empty, {})
    const unary = (await answering(header, 'closeWrite')).call(PEER, SERVICES.Cluster.ID, {})
    await expect(unary).rejects.toMatchObject({ code: 'ERR_STREAM' })
    const one = Buffer.concat([header, header, header])
    const replies = collect((await answering(one, 'closeWrite')).stream(PEER, SERVICES.Cluster.IDStream, []))
    await expect(replies).rejects.toMatchObject({ code: 'ERR_STREAM' })
  })
})
