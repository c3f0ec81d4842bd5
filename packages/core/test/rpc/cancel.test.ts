import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ClusterError } from '@ipfs-cluster/api'
import { serve } from '../../src/rpc/index.ts'
import { until } from '../helpers/until.ts'
import { collect, PEER } from '../pintracker/fakes.ts'
import { fromHex, Slow, TwoPeers } from './helpers.ts'

const BIG = 'x'.repeat(8 * 1024)

/** What a handler has seen. */
let signal: AbortSignal | undefined
let seen: string[]
let produced: number
let peers: TwoPeers

/** A handler that ends when its caller is gone, and no sooner. */
function untilGone(_: unknown, context: { signal: AbortSignal }): Promise<never> {
  signal = context.signal
  return new Promise((_, reject) => {
    context.signal.addEventListener('abort', () => reject(context.signal.reason as Error), { once: true })
  })
}

async function* stream(args: AsyncIterable<string>, context: { signal: AbortSignal }): AsyncGenerator<string> {
  signal = context.signal
  try {
    for await (const arg of args) {
      seen.push(arg)
      if (arg === 'fail') throw new ClusterError('ERR_IPFS', 'ipfs request unsuccessful')
      if (arg === 'forever') for (;;) yield (produced++, BIG)
      if (arg === 'hang') await untilGone(undefined, context)
      yield arg
    }
  } finally {
    seen.push('end')
  }
}

beforeEach(async () => {
  signal = undefined
  seen = []
  produced = 0
  peers = await new TwoPeers([serve(Slow, { Do: untilGone, St: stream })]).start()
})

afterEach(async () => {
  await peers.stop()
})

describe('a caller that gives up', () => {
  it('ends a unary call on both sides, with its own reason', async () => {
    const controller = new AbortController()
    const asking = peers.client.call(PEER, Slow.Do, '', { signal: controller.signal })
    await until('the other side has noticed', () => signal !== undefined)
    const reason = new Error('changed my mind')
    controller.abort(reason)
    await expect(asking).rejects.toBe(reason)
    await until('the other side has noticed', () => signal?.aborted === true)
  })

  it('does not even begin when it had given up before', async () => {
    const aborted = { signal: AbortSignal.abort(new Error('before')) }
    await expect(peers.client.call(PEER, Slow.Do, '', aborted)).rejects.toThrow('before')
    await expect(collect(peers.client.stream(PEER, Slow.St, ['a'], aborted))).rejects.toThrow('before')
    expect(peers.network.streams).toEqual([])
  })

  it('ends a streaming call whose handler waits', async () => {
    const controller = new AbortController()
    const asking = collect(peers.client.stream(PEER, Slow.St, ['hang'], { signal: controller.signal }))
    await until('the other side has noticed', () => seen.includes('hang'))
    controller.abort(new Error('changed my mind'))
    await expect(asking).rejects.toThrow('changed my mind')
    await until('the other side has noticed', () => seen.includes('end'))
    expect(signal?.reason).toMatchObject({ message: 'context canceled' })
  })

  it('leaving the replies early ends the handler and the source of the arguments', async () => {
    let isSourceEnded = false
    async function* source(): AsyncGenerator<string> {
      try {
        for (;;) yield 'a'
      } finally {
        isSourceEnded = true
      }
    }
    for await (const reply of peers.client.stream(PEER, Slow.St, source())) if (reply === 'a') break
    await until('the other side has noticed', () => isSourceEnded && seen.includes('end'))
  })

  it('a reset and the end of its writing both cancel a unary call', async () => {
    for (const end of ['abort', 'closeWrite'] as const) {
      signal = undefined
      const caller = await peers.open()
      await caller.write(fromHex('82a44e616d65a4536c6f77a64d6574686f64a2446fa178'))
      await until('the other side has noticed', () => signal !== undefined)
      if (end === 'abort') caller.abort(new Error('gone'))
      else await caller.closeWrite()
      await until('the other side has noticed', () => signal?.aborted === true)
    }
  })
})

describe('a call that goes well', () => {
  it('does not abort the signal of its handler, which may have been handed on', async () => {
    let kept: AbortSignal | undefined
    const quick = serve(Slow, {
      Do: (_, context) => {
        kept = context.signal
        return 'done'
      },
      St: stream
    })
    const own = await new TwoPeers([quick]).start()
    expect(await own.client.call(PEER, Slow.Do, '')).toBe('done')
    await own.stop()
    expect(kept?.aborted).toBe(false)
  })
})

describe('a source of arguments that fails', () => {
  it('is what the caller hears, and the handler is cancelled', async () => {
    async function* source(): AsyncGenerator<string> {
      yield 'a'
      await until('the other side has noticed', () => seen.includes('a'))
      throw new Error('disk on fire')
    }
    await expect(collect(peers.client.stream(PEER, Slow.St, source()))).rejects.toThrow('disk on fire')
    await until('the other side has noticed', () => seen.includes('end'))
    expect(signal?.aborted).toBe(true)
  })
})

describe('a handler that fails', () => {
  it('is heard although the caller has more arguments, and these are asked for no more', async () => {
    let given = 0
    async function* source(): AsyncGenerator<string> {
      yield 'fail'
      for (;;) yield (given++, BIG)
    }
    await expect(collect(peers.client.stream(PEER, Slow.St, source()))).rejects.toMatchObject({
      code: 'ERR_RPC_REMOTE',
      message: 'ipfs request unsuccessful'
    })
    const before = given
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(given).toBe(before)
  })

  it('also after replies, which arrive first', async () => {
    const replies: string[] = []
    const asking = (async () => {
      for await (const reply of peers.client.stream(PEER, Slow.St, ['a', 'b', 'fail'])) replies.push(reply)
    })()
    await expect(asking).rejects.toMatchObject({ code: 'ERR_RPC_REMOTE' })
    expect(replies).toEqual(['a', 'b'])
  })
})

describe('back-pressure', () => {
  it('a caller that reads slowly holds the handler', async () => {
    const replies = peers.client.stream(PEER, Slow.St, ['forever'])[Symbol.asyncIterator]()
    await replies.next()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const ahead = produced
    // A window, a batch on each side, and what is between them: not what a handler makes in 50 ms.
    expect(ahead * BIG.length).toBeLessThan(512 * 1024)
    for (let i = 0; i < 200; i++) await replies.next()
    expect(produced).toBeGreaterThan(200)
    await replies.return?.()
    await until('the other side has noticed', () => seen.includes('end'))
  })

  it('a handler that reads slowly holds the caller', async () => {
    let given = 0
    async function* source(): AsyncGenerator<string> {
      yield 'hang'
      for (;;) yield (given++, BIG)
    }
    const controller = new AbortController()
    const asking = collect(peers.client.stream(PEER, Slow.St, source(), { signal: controller.signal }))
    await until('the other side has noticed', () => seen.includes('hang'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(given * BIG.length).toBeLessThan(512 * 1024)
    controller.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
  })

  it('small replies that are there travel together, and one alone does not wait for the next', async () => {
    const count = 1000
    const args = Array.from({ length: count }, (_, i) => String(i))
    expect(await collect(peers.client.stream(PEER, Slow.St, args))).toEqual(args)
    const [, there] = peers.network.streams.at(-1)!
    expect(there.written.length).toBeLessThan(count / 20)
    async function* asNeeded(): AsyncGenerator<string> {
      yield 'a'
      await until('the other side has noticed', () => got.length === 1)
      yield 'b'
    }
    const got: string[] = []
    for await (const reply of peers.client.stream(PEER, Slow.St, asNeeded())) got.push(reply)
    expect(got).toEqual(['a', 'b'])
  })
})

describe('a server that stops', () => {
  it('ends its calls, takes no more, and waits for its handlers', async () => {
    const asking = collect(peers.client.stream(PEER, Slow.St, ['hang']))
    const failing = expect(asking).rejects.toThrow()
    await until('the other side has noticed', () => seen.includes('hang'))
    await peers.stop()
    expect(seen).toEqual(['hang', 'end'])
    await failing
    await expect(peers.client.call(PEER, Slow.Do, '')).rejects.toMatchObject({ code: 'ERR_PEER_UNREACHABLE' })
  })
})
