import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { create } from 'kubo-rpc-client'
import type { KuboRPCClient } from 'kubo-rpc-client'
import { CID } from 'multiformats/cid'
import { PEER } from '../fake-cluster.ts'
import { replayPeer } from '../replay/replay-peer.ts'
import type { ReplayPeer } from '../replay/replay-peer.ts'
import { send } from '../raw-client.ts'

const CONTENT = 'content of a file\n'

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await all(chunks)).toString()
}

describe('a client of Kubo that knows of no cluster', () => {
  let peer: ReplayPeer
  let client: KuboRPCClient

  beforeAll(async () => {
    peer = await replayPeer({ peerId: PEER })
    client = create({ host: peer.proxy.host, port: peer.proxy.port, protocol: 'http' })
  })
  afterAll(async () => {
    await peer[Symbol.asyncDispose]()
  })

  async function isInCluster(cid: CID): Promise<boolean> {
    return (await send(peer.target, { path: `/allocations/${cid.toString()}` })).status === 200
  }

  it('adds a file, which the cluster pins, and reads it', async () => {
    const progress: number[] = []
    const { cid, size, path } = await client.add(
      { path: 'a.txt', content: CONTENT },
      { progress: (bytes) => progress.push(bytes) }
    )
    expect({ path, size }).toEqual({ path: 'a.txt', size: CONTENT.length + 8 })
    expect(progress).toEqual([CONTENT.length])
    expect(await isInCluster(cid)).toBe(true)
    expect(await textOf(client.cat(cid))).toBe(CONTENT)
  })

  it('adds a folder', async () => {
    const files = [
      { path: 'dir/a', content: 'a' },
      { path: 'dir/b/c', content: 'c' }
    ]
    const added = await all(client.addAll(files))
    expect(added.map(({ path }) => path)).toContain('dir')
    const { cid } = added.at(-1)!
    expect(await isInCluster(cid)).toBe(true)
    expect((await all(client.ls(cid))).map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('pins, lists, updates and unpins in the cluster', async () => {
    const first = await client.add('first', { pin: false })
    const second = await client.add('second', { pin: false })
    expect(await isInCluster(first.cid)).toBe(false)
    expect(String(await client.pin.add(first.cid, { name: 'first' }))).toBe(String(first.cid))
    expect(await isInCluster(first.cid)).toBe(true)
    const listed = await all(client.pin.ls({ paths: first.cid }))
    expect(listed.map(({ cid, type }) => [String(cid), type])).toEqual([[String(first.cid), 'recursive']])
    await client.pin.update(first.cid, second.cid)
    expect([await isInCluster(first.cid), await isInCluster(second.cid)]).toEqual([false, true])
    expect((await all(client.pin.ls())).map(({ cid }) => String(cid))).toContain(String(second.cid))
    await client.pin.rm(second.cid)
    expect(await isInCluster(second.cid)).toBe(false)
    await expect(client.pin.rm(second.cid)).rejects.toThrow('pin is not part of the pinset')
    await expect(all(client.pin.ls({ paths: second.cid }))).rejects.toThrow('is not pinned')
  })

  it('stores blocks and objects, which the cluster pins when it is asked to', async () => {
    const block = await client.block.put(new TextEncoder().encode('block'), { pin: true })
    expect(await isInCluster(CID.parse(String(block)))).toBe(true)
    expect(Buffer.from(await client.block.get(block)).toString()).toBe('block')
    const object = await client.dag.put({ hello: 'you' }, { pin: true })
    expect(await isInCluster(CID.parse(String(object)))).toBe(true)
    expect((await client.dag.get(object)).value).toEqual({ hello: 'you' })
    const loose = await client.block.put(new TextEncoder().encode('loose'))
    expect(await isInCluster(CID.parse(String(loose)))).toBe(false)
  })

  it('asks who is there, and how much room', async () => {
    expect(String((await client.id()).id)).toBe(peer.ipfsPeerId)
    expect((await client.version()).version).not.toBe('')
    const { numObjects, repoSize, storageMax, repoPath, version } = await client.repo.stat()
    expect(numObjects > 0n && repoSize > 0n && storageMax > repoSize).toBe(true)
    expect([typeof repoPath, typeof version]).toEqual(['string', 'string'])
  })

  it('collects garbage', async () => {
    await client.add('garbage', { pin: false })
    expect((await all(client.repo.gc())).length).toBeGreaterThan(0)
  })
})
