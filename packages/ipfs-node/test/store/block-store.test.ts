import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CarBlockIterator } from '@ipld/car/iterator'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { digest } from '../../src/dag/hashes.ts'
import { BlockStore } from '../../src/store/block-store.ts'
import { readHead, recordHead } from '../../src/store/car-record.ts'
import { compact } from '../../src/store/compact.ts'
import { Database } from '../../src/store/database.ts'
import { Segments } from '../../src/store/segments.ts'
import { after, collect, pseudoRandom, temporaryFolder } from '../helpers.ts'

const SHA2_256 = 0x12

interface Opened {
  store: BlockStore
  database: Database
  close(): Promise<void>
}

async function openStore(folder: string, init: { segmentSize?: number; reserve?: number } = {}): Promise<Opened> {
  const database = new Database(join(folder, 'index'))
  await database.open()
  const segments = new Segments({
    folder: join(folder, 'blocks'),
    segmentSize: init.segmentSize ?? 1 << 20,
    reserve: init.reserve ?? 0
  })
  const store = new BlockStore(database, segments)
  await store.open()
  let isOpen = true
  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await store.close()
    await database.close()
  }
  after(close)
  return { store, database, close }
}

function block(seed: number, length = 1000): { key: Uint8Array; bytes: Uint8Array } {
  const bytes = pseudoRandom(length, seed)
  return { key: digest(bytes, SHA2_256).bytes, bytes }
}

async function diskSize(folder: string): Promise<number> {
  const names = await readdir(join(folder, 'blocks'))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, 'blocks', name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

describe('BlockStore', () => {
  it('gives back what was put, before and after it is flushed, and after a restart', async () => {
    const folder = await temporaryFolder()
    const first = await openStore(folder, { segmentSize: 10_000 })
    const blocks = Array.from({ length: 50 }, (_, i) => block(i + 1))
    const puts = blocks.map(({ key, bytes }) => first.store.put(key, bytes))
    expect(Buffer.from((await first.store.get(blocks[7]!.key)) ?? [])).toEqual(Buffer.from(blocks[7]!.bytes))
    await Promise.all(puts)
    expect(await first.store.size(blocks[8]!.key)).toBe(1000)
    await first.store.flush()
    expect((await first.store.head(blocks[9]!.key, 4))?.head).toHaveLength(4)
    await first.close()

    const second = await openStore(folder, { segmentSize: 10_000 })
    for (const { key, bytes } of blocks) {
      expect(Buffer.compare((await second.store.get(key)) ?? new Uint8Array(0), bytes)).toBe(0)
    }
    expect(second.store.segments.totals().count).toBe(50)
    expect(await second.store.get(block(99).key)).toBeUndefined()
  })

  it('keeps the same bytes once', async () => {
    const { store } = await openStore(await temporaryFolder())
    const { key, bytes } = block(1)
    await Promise.all([store.put(key, bytes), store.put(key, bytes)])
    await store.flush()
    await store.put(key, bytes)
    await store.flush()
    expect(store.segments.totals()).toMatchObject({ count: 1, live: 1000 })
  })

  it('never takes what was cut off for a block', async () => {
    const folder = await temporaryFolder()
    const first = await openStore(folder)
    const [kept, lost] = [block(1), block(2)]
    await first.store.put(kept.key, kept.bytes)
    await first.close()
    // A crash after bytes were written, before they were indexed: whole or in part.
    const file = join(folder, 'blocks', '00000001.car')
    const intact = await readFile(file)
    await writeFile(file, Buffer.concat([intact, recordHead(lost.key, 1000), lost.bytes.subarray(0, 500)]))
    await writeFile(join(folder, 'blocks', '00000002.car'), 'begun and never indexed')

    const { store, close } = await openStore(folder)
    expect(await store.get(lost.key)).toBeUndefined()
    expect(await store.get(kept.key)).toBeDefined()
    await store.put(lost.key, lost.bytes)
    await close()
    const again = await openStore(folder)
    expect(Buffer.compare((await again.store.get(lost.key)) ?? new Uint8Array(0), lost.bytes)).toBe(0)
    expect(await readdir(join(folder, 'blocks'))).toEqual(['00000001.car'])
  })

  it('writes files that any reader of CAR can read', async () => {
    const folder = await temporaryFolder()
    const { store, close } = await openStore(folder)
    const blocks = [block(1), block(2, 300), block(3, 70_000)]
    for (const { key, bytes } of blocks) await store.put(key, bytes)
    await close()
    const car = await CarBlockIterator.fromBytes(await readFile(join(folder, 'blocks', '00000001.car')))
    const read = await collect(car)
    expect(read.map(({ bytes }) => bytes.length)).toEqual([1000, 300, 70_000])
    expect(read.map(({ cid }) => Buffer.from(cid.multihash.bytes))).toEqual(blocks.map(({ key }) => Buffer.from(key)))
  })

  it('gives space back when blocks are removed, and keeps the others', async () => {
    const folder = await temporaryFolder()
    const { store } = await openStore(folder, { segmentSize: 50_000 })
    const blocks = Array.from({ length: 200 }, (_, i) => block(i + 1))
    for (const { key, bytes } of blocks) await store.put(key, bytes)
    await store.flush()
    const before = await diskSize(folder)
    const kept = blocks.filter((_, i) => i % 4 === 0)
    const keptKeys = new Set(kept.map(({ key }) => Buffer.from(key).toString('hex')))
    const entries = (await collect(store.entries())).filter(
      ({ multihash }) => !keptKeys.has(Buffer.from(multihash).toString('hex'))
    )
    await store.remove(entries)
    // Blocks that come while the rest is moved are not lost either.
    const late = block(1000)
    await Promise.all([compact(store), store.put(late.key, late.bytes)])
    await store.flush()
    expect(await diskSize(folder)).toBeLessThan(before / 3)
    for (const { key, bytes } of [...kept, late]) {
      expect(Buffer.compare((await store.get(key)) ?? new Uint8Array(0), bytes)).toBe(0)
    }
    expect(await store.has(blocks[1]!.key)).toBe(false)
    expect(store.segments.totals()).toMatchObject({ count: 51, live: 51_000 })
  })

  it('removes nothing that is held back at the last moment', async () => {
    const { store } = await openStore(await temporaryFolder())
    const [held, free] = [block(1), block(2)]
    await store.put(held.key, held.bytes)
    await store.put(free.key, free.bytes)
    await store.flush()
    const entries = await collect(store.entries())
    const removed = await store.remove(entries, (key) => Buffer.compare(key, held.key) === 0)
    expect(removed).toHaveLength(1)
    expect(await store.has(held.key)).toBe(true)
    expect(await store.has(free.key)).toBe(false)
  })

  it('says that the disk is full, and goes on', async () => {
    const folder = await temporaryFolder()
    const full = await openStore(folder, { reserve: Number.MAX_SAFE_INTEGER })
    const { key, bytes } = block(1)
    await expect(full.store.put(key, bytes)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(await full.store.has(key)).toBe(false)
    await full.close()
    const { store } = await openStore(folder)
    await store.put(key, bytes)
    await store.flush()
    expect(await store.has(key)).toBe(true)
  })

  it('gives space back on a disk that takes no more blocks', async () => {
    const folder = await temporaryFolder()
    const first = await openStore(folder, { segmentSize: 50_000 })
    const blocks = Array.from({ length: 40 }, (_, i) => block(i + 1))
    for (const { key, bytes } of blocks) await first.store.put(key, bytes)
    await first.close()
    const before = await diskSize(folder)
    const { store } = await openStore(folder, { segmentSize: 50_000, reserve: Number.MAX_SAFE_INTEGER })
    await store.remove((await collect(store.entries())).slice(10))
    await compact(store)
    expect(await diskSize(folder)).toBeLessThan(before / 3)
    expect(await collect(store.entries())).toHaveLength(10)
  })

  it('forgets what a damaged file has lost, and takes it anew', async () => {
    const folder = await temporaryFolder()
    const first = await openStore(folder)
    const [kept, lost] = [block(1), block(2)]
    await first.store.put(kept.key, kept.bytes)
    await first.store.put(lost.key, lost.bytes)
    await first.close()
    await truncate(join(folder, 'blocks', '00000001.car'), 1500)
    const second = await openStore(folder)
    expect(await second.store.has(kept.key)).toBe(true)
    expect(await second.store.has(lost.key)).toBe(false)
    await second.store.put(lost.key, lost.bytes)
    await second.close()
    const { store } = await openStore(folder)
    for (const { key, bytes } of [kept, lost]) {
      expect(Buffer.compare((await store.get(key)) ?? new Uint8Array(0), bytes)).toBe(0)
    }
  })
})

describe('the head of a record', () => {
  it('reads what was written, at any place', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.nat(5_000_000),
        fc.uint8Array({ maxLength: 40 }),
        (body, length, before) => {
          const { bytes } = digest(body, SHA2_256)
          const head = recordHead(bytes, length)
          const read = readHead(Buffer.concat([before, head]), before.length)
          expect(read?.length).toBe(length)
          expect(read?.headLength).toBe(head.length)
          expect(Buffer.from(read?.multihash ?? [])).toEqual(Buffer.from(bytes))
          expect(readHead(head.subarray(0, head.length - 1), 0)).toBeUndefined()
        }
      )
    )
  })
})
