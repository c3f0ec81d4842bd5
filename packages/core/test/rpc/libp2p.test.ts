import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { msgpack } from '../../src/codec/index.ts'
import { libp2pByteStream } from '../../src/network/libp2p-byte-stream.ts'
import type { RpcClient, RpcNetwork, RpcServer } from '../../src/rpc/index.ts'
import { defineService, rpcClient, rpcServer, serve, streaming, unary } from '../../src/rpc/index.ts'
import { memoryLogger } from '../cluster/fakes.ts'
import { libp2pHost } from '../helpers/libp2p-hosts.ts'
import { until } from '../helpers/until.ts'
import { collect } from '../pintracker/fakes.ts'

const Test = defineService('Test', {
  WhoAmI: unary(msgpack.empty, msgpack.text, 'open'),
  Wait: unary(msgpack.empty, msgpack.empty, 'trusted'),
  Secret: unary(msgpack.empty, msgpack.empty, 'closed'),
  Count: streaming(msgpack.int, msgpack.int, 'open'),
  Store: streaming(msgpack.bytes, msgpack.int, 'trusted')
})

function networkOf(host: Libp2p): RpcNetwork {
  return {
    open: async (peer, protocol, options) =>
      libp2pByteStream(
        await host.dialProtocol(peerIdFromString(peer), protocol, { maxOutboundStreams: 1000, ...options })
      ),
    handle: async (protocol, handler) => {
      await host.handle(
        protocol,
        (stream, connection) => handler(libp2pByteStream(stream), connection.remotePeer.toString()),
        { maxInboundStreams: 1000 }
      )
      return () => host.unhandle(protocol)
    }
  }
}

let here: Libp2p
let there: Libp2p
let server: RpcServer
let client: RpcClient
let peer: string
let signal: AbortSignal | undefined
let stored = 0
let gate = Promise.resolve()

beforeAll(async () => {
  here = await libp2pHost()
  there = await libp2pHost()
  peer = there.peerId.toString()
  server = rpcServer()({
    logger: memoryLogger().logger,
    network: networkOf(there),
    isTrusted: () => true,
    services: [
      serve(Test, {
        WhoAmI: (_, { caller }) => caller,
        Wait: (_, context) => {
          signal = context.signal
          return new Promise((_, reject) =>
            context.signal.addEventListener('abort', () => reject(context.signal.reason as Error))
          )
        },
        async *Count(args) {
          for await (const to of args) for (let i = 0; i < to; i++) yield i
        },
        async *Store(blocks, context) {
          signal = context.signal
          let size = 0
          for await (const block of blocks) {
            await gate
            stored = size += block.length
          }
          yield size
        }
      })
    ]
  })
  await server.start()
  client = rpcClient()({ peerId: here.peerId.toString(), network: networkOf(here) })
  await here.dial(there.getMultiaddrs())
})

afterAll(async () => {
  await server.stop()
  await here.stop()
  await there.stop()
})

describe('calls between two hosts', () => {
  it('have the caller as the connection proves it', async () => {
    expect(await client.call(peer, Test.WhoAmI, {})).toBe(here.peerId.toString())
    await expect(client.call(peer, Test.Secret, {})).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' })
  })

  it('are many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => client.call(peer, Test.WhoAmI, {})))
    expect(new Set(answers)).toEqual(new Set([here.peerId.toString()]))
  })

  it('leave no stream behind', async () => {
    await client.call(peer, Test.WhoAmI, {})
    await collect(client.stream(peer, Test.Count, [3]))
    await expect(client.call(peer, Test.Secret, {})).rejects.toThrow()
    for await (const each of client.stream(peer, Test.Count, [1_000_000])) if (each === 10) break
    const streams = (): number =>
      [here, there].flatMap((host) => host.getConnections().flatMap((c) => c.streams)).length
    await until('the other side has noticed', () => streams() === 0)
  })

  it('stream many small replies, all of them and in order', async () => {
    const replies = await collect(client.stream(peer, Test.Count, [20_000, 20_000]))
    expect(replies).toHaveLength(40_000)
    expect(replies.every((each, i) => each === i % 20_000)).toBe(true)
  })

  it('a slow handler holds the caller, and gets every block in the end', async () => {
    const open = Promise.withResolvers<void>()
    gate = open.promise
    const block = new Uint8Array(256 * 1024)
    let sent = 0
    async function* blocks(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 256; i++) {
        sent += block.length
        yield block
      }
    }
    const storing = collect(client.stream(peer, Test.Store, blocks()))
    await until('the other side has noticed', () => sent >= 1024 * 1024)
    for (let last = -1; last !== sent;) {
      last = sent
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(sent).toBeLessThan(32 * 1024 * 1024)
    open.resolve()
    expect(await storing).toEqual([256 * block.length])
  })

  it('a caller that gives up is heard on the other side', async () => {
    signal = undefined
    const controller = new AbortController()
    const asking = client.call(peer, Test.Wait, {}, { signal: controller.signal })
    await until('the other side has noticed', () => signal !== undefined)
    controller.abort(new Error('changed my mind'))
    await expect(asking).rejects.toThrow('changed my mind')
    await until('the other side has noticed', () => signal?.aborted === true)
  })

  it('a connection that is lost ends calls on both sides with an error', async () => {
    signal = undefined
    stored = 0
    const never = Promise.withResolvers<Uint8Array>()
    async function* blocks(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10)
      yield await never.promise
    }
    const storing = collect(client.stream(peer, Test.Store, blocks()))
    const failing = expect(storing).rejects.toMatchObject({ code: 'ERR_STREAM' })
    await until('the other side has noticed', () => stored === 10)
    for (const connection of there.getConnections()) connection.abort(new Error('cable cut'))
    await failing
    await until('the other side has noticed', () => signal?.aborted === true)
    const connections = (): number => here.getConnections().length + there.getConnections().length
    await until('the connection is gone', () => connections() === 0)
    await here.dial(there.getMultiaddrs())
    expect(await client.call(peer, Test.WhoAmI, {})).toBe(here.peerId.toString())
  })
})
