import { describe, expect, it } from '@jest/globals'
import type { RpcClient, RpcContext } from '../../src/rpc/index.ts'
import {
  defineService,
  multiCall,
  multiStream,
  rpcClient,
  rpcServer,
  serve,
  streaming,
  unary
} from '../../src/rpc/index.ts'
import { MemoryNetwork } from '../helpers/memory-streams.ts'
import { memoryLogger } from '../cluster/fakes.ts'
import { Slow } from './helpers.ts'
import { msgpack } from '../../src/codec/index.ts'
import { collect } from '../pintracker/fakes.ts'

const Test = defineService('Test', {
  Name: unary(msgpack.text, msgpack.text, 'trusted'),
  Count: streaming(msgpack.int, msgpack.text, 'trusted')
})

const waits: RpcContext['signal'][] = []

/** Peers that answer with their name; `strict` trusts nobody, `broken` fails, `slow` hangs. */
async function peersNamed(...names: string[]): Promise<RpcClient> {
  const network = new MemoryNetwork()
  for (const name of names) {
    const answer = async (signal: AbortSignal): Promise<void> => {
      if (name === 'broken') throw new Error('out of order')
      if (name !== 'slow') return
      waits.push(signal)
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    }
    const server = rpcServer()({
      logger: memoryLogger().logger,
      network: network.of(name),
      isTrusted: () => name !== 'strict',
      services: [
        serve(Test, {
          Name: async (text, { signal }) => {
            await answer(signal)
            return `${name} ${text}`
          },
          async *Count(args, { signal }) {
            for await (const to of args) for (let i = 1; i <= to; i++) yield `${name}${i}`
            await answer(signal)
          }
        })
      ]
    })
    await server.start()
  }
  return rpcClient()({ peerId: 'self', network: network.of('self') })
}

const byPeer = (answers: { peer: string; reply?: unknown; error?: Error }[]): string[] =>
  answers
    .map(({ peer, reply, error }) => `${peer}: ${error === undefined ? String(reply) : `(${error.message})`}`)
    .sort()

describe('multiCall', () => {
  it('has the answer of each peer, and leaves out those that do not trust us', async () => {
    const client = await peersNamed('a', 'b', 'strict', 'broken')
    const all = await collect(multiCall(client, ['a', 'b', 'strict', 'broken', 'away'], Test.Name, 'x'))
    expect(byPeer(all)).toEqual(['a: a x', 'away: (failed to dial away)', 'b: b x', 'broken: (out of order)'])
  })

  it('does not wait for a slow peer longer than it is given', async () => {
    const client = await peersNamed('a', 'slow')
    const all = await collect(multiCall(client, ['slow', 'a'], Test.Name, 'x', { timeout: 1000 }))
    expect(all[0]).toEqual({ peer: 'a', reply: 'a x' })
    expect(all[1]).toMatchObject({ peer: 'slow', error: { name: 'TimeoutError' } })
    expect(waits.at(-1)?.aborted).toBe(true)
  })

  it('throws when the caller gives up', async () => {
    const client = await peersNamed('a', 'slow')
    const controller = new AbortController()
    const asking = (async () => {
      for await (const _ of multiCall(client, ['slow', 'a'], Test.Name, 'x', { signal: controller.signal })) {
        controller.abort(new Error('enough'))
      }
    })()
    await expect(asking).rejects.toThrow('enough')
  })
})

describe('multiStream', () => {
  it('gives every peer all arguments, and merges what they reply', async () => {
    const client = await peersNamed('a', 'b', 'strict', 'broken')
    const all = await collect(multiStream(client, ['a', 'b', 'strict', 'broken'], Test.Count, [2, 1]))
    expect(byPeer(all)).toEqual([
      ...['a: a1', 'a: a1', 'a: a2', 'b: b1', 'b: b1', 'b: b2'],
      ...['broken: (out of order)', 'broken: broken1', 'broken: broken1', 'broken: broken2']
    ])
  })

  it('a peer that does not know the method is an answer too', async () => {
    const client = await peersNamed('a')
    const all = await collect(multiStream(client, ['a'], Slow.St, ['x']))
    expect(all).toMatchObject([
      { peer: 'a', error: { code: 'ERR_RPC_SERVER', message: "rpc: can't find service Slow" } }
    ])
  })
})
