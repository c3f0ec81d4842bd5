import { describe, expect, it } from '@jest/globals'
import type { KuboRPCClient } from 'kubo-rpc-client'
import { CID } from 'multiformats/cid'

/** What an implementation of the RPC is tested with: a fresh, empty node for each test. */
export type Setup = () => Promise<{ client: KuboRPCClient; peerId: string }>

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of source) found.push(one)
  return found
}

async function bytes(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await all(source))
}

/** Tests that any node behind the RPC of Kubo must pass, by way of an unmodified client. */
export function kuboRpcSuite(name: string, setup: Setup): void {
  describe(`${name} with kubo-rpc-client`, () => {
    it('tells who it is', async () => {
      const { client, peerId } = await setup()
      const { id, agentVersion, publicKey } = await client.id()
      expect(id.toString()).toBe(peerId)
      expect(agentVersion).not.toBe('')
      expect(publicKey).not.toBe('')
      const version = await client.version()
      expect(version.version).toMatch(/^\d+\.\d+\.\d+/)
    })

    it('adds a file and gives it back', async () => {
      const { client } = await setup()
      const progress: number[] = []
      const added = await client.add(
        { path: 'hello.txt', content: text('hello world') },
        { progress: (count: number) => progress.push(count) }
      )
      expect(added.path).toBe('hello.txt')
      expect(added.cid.toString()).toBe('Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD')
      expect(added.size).toBe(19)
      expect(progress).toContain(11)
      expect((await bytes(client.cat(added.cid))).toString()).toBe('hello world')
      expect((await bytes(client.cat(added.cid, { offset: 6, length: 3 }))).toString()).toBe('wor')
    })

    it('adds with CIDv1, raw leaves and a chunker', async () => {
      const { client } = await setup()
      const { cid } = await client.add(text('hello world'), { cidVersion: 1 })
      expect(cid.toString()).toBe('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e')
      const chunked = await client.add(text('hello world'), { chunker: 'size-4', rawLeaves: true })
      expect(chunked.cid.toString()).not.toBe(cid.toString())
      expect((await bytes(client.cat(chunked.cid))).toString()).toBe('hello world')
    })

    it('only hashes when asked to', async () => {
      const { client } = await setup()
      const { cid } = await client.add(text('not kept'), { onlyHash: true })
      expect((await all(client.refs.local())).map(({ ref }) => ref)).toEqual([])
      expect(cid.toString()).toMatch(/^Qm/)
    })

    it('adds a tree of files', async () => {
      const { client } = await setup()
      const source = [
        { path: 'tree/a b.txt', content: text('a') },
        { path: 'tree/sub/c+d.txt', content: text('c') }
      ]
      const added = await all(client.addAll(source))
      expect(added.map(({ path }) => path).sort()).toEqual(['tree', 'tree/a b.txt', 'tree/sub', 'tree/sub/c+d.txt'])
      const root = added.at(-1)
      expect(root?.path).toBe('tree')
      const entries = await all(client.ls(root!.cid))
      expect(entries.map(({ name, type }) => ({ name, type }))).toEqual([
        { name: 'a b.txt', type: 'file' },
        { name: 'sub', type: 'dir' }
      ])
      expect((await bytes(client.cat(`/ipfs/${root!.cid.toString()}/sub/c+d.txt`))).toString()).toBe('c')
    })

    it('wraps files in a directory', async () => {
      const { client } = await setup()
      const added = await all(client.addAll([{ path: 'x', content: text('x') }], { wrapWithDirectory: true }))
      expect(added.map(({ path }) => path)).toEqual(['x', ''])
      expect((await bytes(client.cat(`${added[1]!.cid.toString()}/x`))).toString()).toBe('x')
    })

    it('gets a tree as a tar', async () => {
      const { client } = await setup()
      const added = await all(client.addAll([{ path: 'dir/file.txt', content: text('content of the file') }]))
      const tar = await bytes(client.get(added.at(-1)!.cid))
      expect(tar.toString('latin1')).toContain('content of the file')
      expect(tar.length % 512).toBe(0)
    })

    it('pins, lists and unpins', async () => {
      const { client } = await setup()
      const { cid } = await client.add(text('pin me'), { pin: false })
      expect(await all(client.pin.ls())).toEqual([])
      expect((await client.pin.add(cid, { name: 'my pin' })).toString()).toBe(cid.toString())
      const [pin] = await all(client.pin.ls({ paths: cid, type: 'recursive', names: true }))
      expect(pin).toMatchObject({ type: 'recursive', name: 'my pin' })
      expect((await client.pin.rm(cid)).toString()).toBe(cid.toString())
      expect(await all(client.pin.ls())).toEqual([])
      await expect(client.pin.rm(cid)).rejects.toThrow('not pinned or pinned indirectly')
      await expect(all(client.pin.ls({ paths: cid }))).rejects.toThrow('is not pinned')
    })

    it('tells direct, recursive and indirect pins apart', async () => {
      const { client } = await setup()
      const added = await all(client.addAll([{ path: 'd/f', content: text('below') }]))
      const [file, root] = [added[0]!.cid, added.at(-1)!.cid]
      const [below] = await all(client.pin.ls({ paths: file }))
      expect(below?.type).toBe(`indirect through ${root.toString()}`)
      const indirect = await all(client.pin.ls({ type: 'indirect' }))
      expect(indirect.map(({ cid }) => cid.toString())).toEqual([file.toString()])
      await client.pin.add(file, { recursive: false })
      const direct = await all(client.pin.ls({ type: 'direct' }))
      expect(direct.map(({ cid }) => cid.toString())).toEqual([file.toString()])
      await expect(client.pin.add(root, { recursive: false })).rejects.toThrow('already pinned recursively')
      await expect(all(client.pin.ls({ paths: file, type: 'recursive' }))).rejects.toThrow('is not pinned')
    })

    it('moves a pin to another root', async () => {
      const { client } = await setup()
      const from = await client.add(text('from'))
      const to = await client.add(text('to'), { pin: false })
      await client.pin.update(from.cid, to.cid)
      const pins = await all(client.pin.ls({ type: 'recursive' }))
      expect(pins.map(({ cid }) => cid.toString())).toEqual([to.cid.toString()])
    })

    it('puts, gets and measures blocks', async () => {
      const { client } = await setup()
      const cid = await client.block.put(text('block'))
      expect(cid.code).toBe(0x55)
      expect(Buffer.from(await client.block.get(cid)).toString()).toBe('block')
      expect(await client.block.stat(cid)).toMatchObject({ size: 5 })
      // The same bytes under another CID are the same block.
      const other = CID.createV1(0x70, cid.multihash)
      expect(Buffer.from(await client.block.get(other)).toString()).toBe('block')
      expect((await client.repo.stat()).numObjects).toBe(1n)
      const v0 = await client.block.put(text('other'), { format: 'v0' })
      expect(v0.version).toBe(0)
      const sha512 = await client.block.put(text('other'), { mhtype: 'sha2-512' })
      expect(sha512.multihash.code).toBe(0x13)
      const removed = await all(client.block.rm(cid))
      expect(removed.map(({ error }) => error ?? null)).toEqual([null])
      await expect(client.block.get(cid, { offline: true } as never)).rejects.toThrow('could not find')
    })

    it('keeps a pinned block from removal', async () => {
      const { client } = await setup()
      const { cid } = await client.add(text('pinned'))
      const removed = await all(client.block.rm(cid))
      expect(String(removed[0]?.error)).toContain('pinned')
    })

    it('puts and gets nodes of DAGs', async () => {
      const { client } = await setup()
      const child = await client.dag.put({ leaf: true })
      const cid = await client.dag.put({ name: 'root', child, list: [1, 'two', child] })
      expect(cid.code).toBe(0x71)
      expect((await client.dag.get(cid)).value).toMatchObject({ name: 'root' })
      expect((await client.dag.get(cid, { path: 'child/leaf' })).value).toBe(true)
      expect(await client.resolve(`/ipfs/${cid.toString()}/list/2/leaf`)).toBe(`/ipfs/${child.toString()}/leaf`)
      const refs = await all(client.refs(cid))
      expect(refs.map(({ ref }) => ref)).toEqual([child.toString(), child.toString()])
    })

    it('exports a DAG and imports it', async () => {
      const [from, to] = [await setup(), await setup()]
      const { cid } = await from.client.add(new Uint8Array(600_000).fill(7), {
        rawLeaves: true,
        chunker: 'size-100000'
      })
      const car = await bytes(from.client.dag.export(cid))
      const imported = await all(to.client.dag.import([car]))
      expect(imported.map(({ root }) => [root.cid.toString(), root.pinErrorMsg])).toEqual([[cid.toString(), '']])
      expect((await bytes(to.client.cat(cid))).length).toBe(600_000)
      const pins = await all(to.client.pin.ls({ type: 'recursive' }))
      expect(pins.map((pin) => pin.cid.toString())).toEqual([cid.toString()])
    })

    it('lists links, also recursively and each once', async () => {
      const { client } = await setup()
      const { cid } = await client.add(new Uint8Array(1000), { rawLeaves: true, chunker: 'size-100' })
      expect(await all(client.refs(cid))).toHaveLength(10)
      expect(await all(client.refs(cid, { recursive: true, unique: true }))).toHaveLength(1)
      const [edge] = await all(client.refs(cid, { edges: true, unique: true }))
      expect(edge?.ref).toMatch(new RegExp(`^${cid.toString()} -> bafkrei`))
    })

    it('collects garbage and keeps what is pinned', async () => {
      const { client } = await setup()
      const kept = await client.add(new Uint8Array(500_000).fill(1))
      const dropped = await client.add(new Uint8Array(500_000).fill(2), { pin: false })
      const before = await client.repo.stat()
      const removed = await all(client.repo.gc())
      expect(removed.every(({ err }) => err === null)).toBe(true)
      const multihashes = removed.map(({ cid }) => Buffer.from(cid!.multihash.bytes).toString('hex'))
      expect(multihashes).toContain(Buffer.from(dropped.cid.multihash.bytes).toString('hex'))
      const after = await client.repo.stat()
      expect(after.numObjects).toBe(before.numObjects - BigInt(removed.length))
      expect(after.repoSize).toBeLessThan(before.repoSize - 200_000n)
      expect((await bytes(client.cat(kept.cid))).length).toBe(500_000)
    })

    it('tells of its repo and its configuration', async () => {
      const { client } = await setup()
      const stat = await client.repo.stat()
      expect(stat.storageMax).toBe(10_000_000_000n)
      expect(await client.repo.version()).not.toBe('')
      expect(await client.config.get('Datastore.StorageMax')).toBe('10GB')
      await client.config.set('Datastore.StorageMax', '20GB')
      expect((await client.repo.stat()).storageMax).toBe(20_000_000_000n)
      const config = (await client.config.getAll()) as { Identity?: Record<string, string> }
      expect(config.Identity).not.toHaveProperty('PrivKey')
      await expect(client.config.get('Identity.PrivKey')).rejects.toThrow('private key')
      await expect(client.config.get('No.Such')).rejects.toThrow('not found')
    })

    it('says what it cannot do', async () => {
      const { client } = await setup()
      await expect(bytes(client.cat('not a cid'))).rejects.toThrow('invalid path')
      const { cid } = await client.add({ path: 'd/f', content: text('f') })
      await expect(bytes(client.cat(`${cid.toString()}/none`))).rejects.toThrow('no link named')
      await expect(client.add(text('x'), { chunker: 'size-0' })).rejects.toThrow('must be greater than 0')
      await expect(client.add(text('x'), { chunker: 'foo' })).rejects.toThrow('unrecognized chunker option: foo')
    })
  })
}
