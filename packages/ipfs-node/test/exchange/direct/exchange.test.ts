import { describe, expect, it } from '@jest/globals'
import type { Stream } from '@libp2p/interface'
import { BLOCKS_PROTOCOL } from '../../../src/exchange/direct/index.ts'
import { collect, joined, lines, pseudoRandom, startNode } from '../../helpers.ts'
import { connect, dagOf, ServingHost, strangeHost } from './support.ts'

const LOOPBACK = { profile: 'loopback' } as const

describe('the exchange of blocks between nodes of this program', () => {
  it('is offered by every node that is not offline', async () => {
    const [node, offline] = [await startNode(LOOPBACK), await startNode()]
    expect((await node.client.id()).protocols).toContain(BLOCKS_PROTOCOL)
    expect((await offline.client.id()).protocols ?? []).not.toContain(BLOCKS_PROTOCOL)
  })

  it('pins a DAG from a host without Bitswap, and fetches every block once', async () => {
    const { root, blocks } = await dagOf(pseudoRandom(3_000_000))
    const host = new ServingHost()
    for (const [key, bytes] of blocks) host.blocks.set(key, bytes)
    const node = await startNode(LOOPBACK)
    await connect(node, await host.start())
    const progress = await lines(await node.post(`pin/add?arg=${root.toString()}&progress=true`))
    expect(progress.at(-2)).toEqual({ Progress: blocks.size })
    expect(host.served).toHaveLength(blocks.size)
    const content = await joined(node.client.cat(root, { offline: true } as never))
    expect(Buffer.compare(content, pseudoRandom(3_000_000))).toBe(0)
    expect(await lines(await node.post('pin/verify?verbose=true'))).toEqual([{ Cid: root.toString(), Ok: true }])
  })

  it('shares the work out among all who have the DAG', async () => {
    const { root, blocks } = await dagOf(pseudoRandom(8_000_000))
    const node = await startNode(LOOPBACK)
    const hosts = [new ServingHost(), new ServingHost()]
    for (const host of hosts) {
      for (const [key, bytes] of blocks) host.blocks.set(key, bytes)
      await connect(node, await host.start())
    }
    await node.client.pin.add(root)
    expect(hosts.flatMap(({ served }) => served)).toHaveLength(blocks.size)
    for (const { served } of hosts) expect(served.length).toBeGreaterThan(blocks.size / 4)
  })

  it('asks the next one for what the first lacks', async () => {
    const { root, blocks } = await dagOf(pseudoRandom(5_000_000))
    const node = await startNode(LOOPBACK)
    const hosts = [new ServingHost(), new ServingHost()]
    let index = 0
    for (const [key, bytes] of blocks) hosts[index++ % 2]?.blocks.set(key, bytes)
    for (const host of hosts) await connect(node, await host.start())
    await node.client.pin.add(root)
    expect(hosts.flatMap(({ served }) => served).sort()).toEqual([...blocks.keys()].sort())
  })

  it('goes on where it was when the one that serves breaks off', async () => {
    const { root, blocks } = await dagOf(pseudoRandom(5_000_000))
    const node = await startNode(LOOPBACK)
    const [breaking, whole] = [new ServingHost(), new ServingHost()]
    for (const [key, bytes] of blocks) breaking.blocks.set(key, bytes)
    const first = await breaking.start()
    const { get } = breaking.store
    breaking.store.get = async (multihash) => {
      if (breaking.served.length === 8) {
        for (const connection of first.getConnections()) connection.abort(new Error('broken by the test'))
        throw new Error('broken by the test')
      }
      return get(multihash)
    }
    await connect(node, first)
    const pinning = node.client.pin.add(root)
    while (breaking.served.length < 8) await new Promise(setImmediate)
    for (const [key, bytes] of blocks) whole.blocks.set(key, bytes)
    await connect(node, await whole.start())
    await pinning
    // What came before the break is here: at most what was on its way then came twice.
    expect(whole.served.length).toBeLessThan(blocks.size)
    expect(new Set([...whole.served, ...breaking.served]).size).toBe(blocks.size)
  }, 60_000)

  it('fetches only what it lacks', async () => {
    const content = pseudoRandom(2_000_000)
    const [old, fresh] = [await dagOf(content), await dagOf(Buffer.concat([content, Buffer.from('and more')]))]
    const host = new ServingHost()
    for (const { blocks } of [old, fresh]) for (const [key, bytes] of blocks) host.blocks.set(key, bytes)
    const node = await startNode(LOOPBACK)
    await connect(node, await host.start())
    await node.client.pin.add(old.root)
    const before = host.served.length
    await node.client.pin.add(fresh.root)
    // The root and the last chunk.
    expect(host.served.length - before).toBe(2)
  })

  it('turns to another one when a host has no time', async () => {
    const { root, blocks } = await dagOf(pseudoRandom(1_000_000))
    const node = await startNode(LOOPBACK)
    const [busy, free] = [new ServingHost(), new ServingHost()]
    for (const host of [busy, free]) for (const [key, bytes] of blocks) host.blocks.set(key, bytes)
    await connect(node, await busy.start(0))
    await connect(node, await free.start())
    await node.client.pin.add(root)
    expect(busy.served).toEqual([])
    expect(free.served).toHaveLength(blocks.size)
  })

  it('ends with the pin that is given up, and a collection leaves what was fetched for a pin under way', async () => {
    const { root, blocks } = await dagOf(pseudoRandom(2_000_000))
    const host = new ServingHost()
    // The root alone has come when the collection runs.
    const [rootKey = ''] = blocks.keys()
    host.blocks.set(rootKey, blocks.get(rootKey) ?? new Uint8Array())
    const node = await startNode(LOOPBACK)
    const streams: Stream[] = []
    await connect(node, await host.start())
    await connect(node, await strangeHost((stream) => void streams.push(stream)))
    const gone = new AbortController()
    const pinning = node.client.pin.add(root, { signal: gone.signal })
    while ((await collect(node.client.refs.local())).length === 0);
    expect(await collect(node.client.repo.gc())).toEqual([])
    gone.abort()
    await expect(pinning).rejects.toThrow()
    // No lease is left: the root may go now.
    while ((await collect(node.client.repo.gc())).length === 0);
    expect(await collect(node.client.refs.local())).toEqual([])
  })
})
