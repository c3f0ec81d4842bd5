import { describe, expect, it } from '@jest/globals'
import { msgpack } from '../../src/codec/index.ts'
import type { Endpoint, ServedService } from '../../src/rpc/handlers.ts'
import { responseHeaderMsgpack, serviceIdMsgpack } from '../../src/rpc/header.ts'
import type { ResponseHeader } from '../../src/rpc/header.ts'
import type { RpcMethod, StreamingMethod } from '../../src/rpc/service.ts'
import { readVector } from '../helpers/vectors.ts'
import { MemoryStream } from '../helpers/memory-streams.ts'
import type { EdgeVector, FrameVector } from './helpers.ts'
import { ALL_METHODS, clientOn, fromHex, methodOf, readAll, slowService, toHex, TwoPeers, valuesOf } from './helpers.ts'
import { collect, PEER } from '../pintracker/fakes.ts'

interface LiveCall {
  call: string
  request_hex: string
  response_hex: string
  error?: string
}

const frames = (await readVector<FrameVector[]>('gorpc_frames.json')).map(({ name, extra }) => ({ name, ...extra }))
const live = (await readVector<{ rpc_calls: LiveCall[] }>('live_capture_crdt.json')).rpc_calls.map((each) => ({
  name: `live ${each.call}`,
  request_hex: each.request_hex,
  response_hex: each.response_hex,
  streaming: each.call.includes('stream'),
  client_error: each.error === '<nil>' ? undefined : each.error,
  client_events: undefined
}))
// Whether Go leaves an empty text out is up to where it lies in memory (an `e` of `a0` here); we always do.
const EMPTY_ERROR = 'a165a0'
const calls = [...frames, ...live].map((call) =>
  call.response_hex.endsWith(EMPTY_ERROR)
    ? { ...call, response_hex: call.response_hex.slice(0, -EMPTY_ERROR.length).replace('416c6c8b', '416c6c8a') }
    : call
)
const headers = await readVector<{ name: string; hex: string }[]>('gorpc_headers.json')
const edges = (await readVector<EdgeVector[]>('gorpc_edge.json')).map(({ name, extra }) => ({ name, ...extra }))

type Call = (typeof calls)[number]

/** A recorded call, taken apart by our own codecs. */
function takeApart({ request_hex, response_hex }: Call): {
  method: RpcMethod | undefined
  args: unknown[]
  replies: { header: ResponseHeader; value: Uint8Array }[]
} {
  const [id, ...args] = valuesOf(request_hex)
  const name = msgpack.decodeMsgpack(serviceIdMsgpack, id!)
  const method = ALL_METHODS.find((each) => each.service === name.service && each.method === name.method)
  const values = valuesOf(response_hex)
  const replies = []
  for (let i = 0; i < values.length; i += 2) {
    replies.push({ header: msgpack.decodeMsgpack(responseHeaderMsgpack, values[i]!), value: values[i + 1]! })
  }
  return { method, args: args.map((arg) => (method ? tryDecode(method, arg) : undefined)), replies }
}

function tryDecode({ argument }: RpcMethod, bytes: Uint8Array): unknown {
  try {
    return msgpack.decodeMsgpack(argument, bytes)
  } catch {
    return undefined
  }
}

/** What a method that was recorded does: give its recorded replies, or fail with the recorded words. */
function recordedService(call: Call): ServedService[] {
  const { method, replies } = takeApart(call)
  const endpoints: Endpoint[] = ALL_METHODS.map((each) => {
    if (each !== method) return { method: each }
    const { kind, reply } = each
    const answer = ({ header, value }: (typeof replies)[number]): unknown => {
      if (header.error !== '') throw new Error(header.error)
      return msgpack.decodeMsgpack(reply, value)
    }
    if (kind === 'unary') return { method: each, handler: () => answer(replies[0]!) }
    async function* all(args: AsyncIterable<unknown>): AsyncIterable<unknown> {
      await collect(args)
      for (const each of replies) yield answer(each)
    }
    return { method: each, handler: all }
  })
  return [endpoints]
}

describe('a server of ours, asked what Go clients asked', () => {
  it.each(calls)('$name: answers with the same bytes', async (call) => {
    const peers = await new TwoPeers(recordedService(call)).start()
    // The recording of this refusal is of a method that is for trusted peers; what is closed is refused to everybody.
    peers.isTrusted = call.name !== 'stream-error-authorization'
    const stream = await peers.open()
    await stream.write(fromHex(call.request_hex))
    if (call.streaming) await stream.closeWrite()
    expect(await readAll(stream)).toBe(call.response_hex)
    await peers.stop()
  })

  it.each(edges)('$name: does what a Go server did', async (edge) => {
    const version: Endpoint = {
      method: methodOf({ service: 'Cluster', method: 'Version' }),
      handler: () => ({ version: '1.1.6' })
    }
    const peers = await new TwoPeers([[version], slowService()]).start()
    const stream = await peers.open()
    for (const hex of edge.request_chunks_hex) await stream.write(fromHex(hex))
    if (edge.half_close_after_request) await stream.closeWrite()
    if (edge.stream_end === 'EOF') {
      expect(await readAll(stream)).toBe(edge.response_hex)
    } else {
      let read = ''
      for await (const chunk of stream) if ((read += toHex(chunk)) === edge.response_hex) break
      // The server waits for more arguments.
      const [, there] = peers.network.streams[0]!
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(there.events).toEqual([])
    }
    await peers.stop()
  })
})

/** A Go server: answers when it has the whole request. */
async function playServer(stream: MemoryStream, { request_hex, response_hex, streaming }: Call): Promise<void> {
  let read = ''
  for await (const chunk of stream) {
    read += toHex(chunk)
    if (!streaming && read.length >= request_hex.length) break
  }
  expect(read).toBe(request_hex)
  await stream.write(fromHex(response_hex))
  await stream.closeWrite()
}

async function ask(stream: MemoryStream, method: RpcMethod, args: unknown[]): Promise<unknown[]> {
  const client = clientOn(stream)
  if (method.kind === 'unary') return [await client.call(PEER, method, args[0])]
  return collect(client.stream(PEER, method as StreamingMethod<unknown, unknown>, args))
}

/** Without calls that no client of ours can make: to methods that do not exist, and with arguments that are none. */
const sendable = calls.filter((call) => {
  const { method, args } = takeApart(call)
  return method !== undefined && !args.includes(undefined)
})

describe('a client of ours, at a Go server', () => {
  it.each(sendable)('$name: sends the same bytes, in the same order of events, and understands', async (call) => {
    const { method, args, replies } = takeApart(call)
    const [here, there] = MemoryStream.pair()
    const serving = playServer(there, call)
    const asking = ask(here, method!, args)
    const error = replies.find(({ header }) => header.error !== '')?.header
    if (error === undefined) {
      const encoded = (await asking).map((reply) => toHex(msgpack.encodeMsgpack(method!.reply, reply)))
      expect(encoded).toEqual(replies.map(({ value }) => toHex(value)))
    } else {
      const codes: Record<number, string> = { 0: 'ERR_RPC_REMOTE', 1: 'ERR_RPC_SERVER', 3: 'ERR_NOT_TRUSTED' }
      await expect(asking).rejects.toMatchObject({ code: codes[error.errorType], message: error.error })
    }
    await serving
    if (call.client_events === undefined) return
    const wasReset = call.client_events.some(({ event }) => event === 'client-reset')
    expect(here.events.map((event) => event.split(':')[0])).toEqual([
      ...(call.streaming ? ['close-write'] : []),
      wasReset ? 'reset' : 'close'
    ])
  })
})

describe('headers', () => {
  const rewrite = <T>(codec: msgpack.MsgpackCodec<T>, hex: string): string =>
    toHex(msgpack.encodeMsgpack(codec, msgpack.decodeMsgpack(codec, fromHex(hex))))

  it.each(headers)('$name is written as Go writes it', ({ name, hex }) => {
    expect(name === 'ServiceID' ? rewrite(serviceIdMsgpack, hex) : rewrite(responseHeaderMsgpack, hex)).toBe(hex)
  })
})
