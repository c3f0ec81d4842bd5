import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { copyFile, mkdir, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { levelDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore, KeyRange } from '@ipfs-cluster/core/datastore'
import { CHUNK_BYTES, CHUNK_ENTRIES, ENTRY_BYTES, FIRST_CHUNK_ENTRIES } from '../../src/datastore/defaults.ts'
import { NativeGarbage } from '../../src/datastore/native-garbage.ts'
import { describeDatastore } from '../../test-suites/datastore.ts'
import { startChild } from '../helpers/child.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'

let folder = ''

describeDatastore('levelDatastore', {
  create: async () => {
    folder = await temporaryFolder()
    return levelDatastore({ location: join(folder, 'leveldb') })
  },
  remove: () => removeFolder(folder)
})

describe('levelDatastore that is walked through', () => {
  it.each([
    ['one key', (store: Datastore, i: number) => store.get(`/k/${i}`)],
    ['a few keys', (store: Datastore, i: number) => store.getMany([`/k/${i}`, `/k/${i + 1}`])]
  ])('leaves others a turn, though each step is a read of %s that is at hand', async (_, read) => {
    await using stack = new AsyncDisposableStack()
    const location = await temporaryFolder()
    stack.defer(() => removeFolder(location))
    const store = levelDatastore({ location })
    await store.open()
    stack.defer(() => store.close())
    await store.put('/k/0', Buffer.from('value'))
    let turns = 0
    const turn = (): void => {
      turns++
      others = setImmediate(turn)
    }
    let others = setImmediate(turn)
    stack.defer(() => clearImmediate(others))
    for (let i = 0; i < 10_000; i++) await read(store, i)
    expect(turns).toBeGreaterThan(5)
  })
})

describe('levelDatastore that is listed', () => {
  let location: string
  let store: Datastore

  beforeEach(async () => {
    location = await temporaryFolder()
    store = levelDatastore({ location })
    await store.open()
  })

  afterEach(async () => {
    await store.close()
    await removeFolder(location)
  })

  async function fill(count: number, value: Uint8Array): Promise<void> {
    await store.batch(Array.from({ length: count }, (_, i) => ({ type: 'put', key: keyOf(i), value })))
  }

  function keyOf(i: number): string {
    return `/k/${String(i).padStart(6, '0')}`
  }

  async function countOf(range: KeyRange): Promise<number> {
    let count = 0
    for await (const chunk of store.entries(range)) count += chunk.length
    return count
  }

  async function someOf(count: number): Promise<void> {
    let left = count
    for await (const chunk of store.entries({ prefix: '/k/' })) {
      left -= chunk.length
      if (left <= 0) return
    }
  }

  it('gives all there is, wherever its chunks end', async () => {
    const size = FIRST_CHUNK_ENTRIES
    const ends = [size, 3 * size, 7 * size, 15 * size, 15 * size + CHUNK_ENTRIES]
    await fill((ends.at(-1) ?? 0) + 1, Buffer.from('value'))
    for (const count of ends.flatMap((end) => [end - 1, end, end + 1])) {
      expect(await countOf({ prefix: '/k/', lt: keyOf(count) })).toBe(count)
      expect(await countOf({ prefix: '/k/', limit: count })).toBe(count)
    }
    expect(await countOf({ prefix: '/none/' })).toBe(0)
  })

  it('gives all there is of values that are too large for a chunk of many', async () => {
    await fill(30, Buffer.alloc(CHUNK_BYTES / 4))
    expect(await countOf({ prefix: '/k/' })).toBe(30)
  })

  it('asks for little at once where little is wanted, and counts no more as garbage', async () => {
    await fill(20 * FIRST_CHUNK_ENTRIES, Buffer.from('value'))
    const counted = jest.spyOn(NativeGarbage.prototype, 'add')
    await countOf({ prefix: '/k/', limit: 3 })
    await countOf({ prefix: '/k/', lt: keyOf(3) })
    await someOf(FIRST_CHUNK_ENTRIES + 1)
    await countOf({ prefix: '/k/' })
    const [limited = 0, short = 0, page = 0, long = 0] = counted.mock.calls.map(([bytes]) => bytes)
    counted.mockRestore()
    expect(limited).toBeLessThan(FIRST_CHUNK_ENTRIES * ENTRY_BYTES)
    expect(short).toBeLessThan(2 * FIRST_CHUNK_ENTRIES * ENTRY_BYTES)
    expect(page).toBeLessThan(CHUNK_ENTRIES * ENTRY_BYTES)
    expect(long).toBeGreaterThan(CHUNK_ENTRIES * ENTRY_BYTES)
  })
})

describe('levelDatastore on a disk that fails', () => {
  let location: string

  beforeEach(async () => {
    location = await temporaryFolder()
  })

  afterEach(() => removeFolder(location))

  it('says that another process has the folder', async () => {
    const first = levelDatastore({ location })
    await first.open()
    const second = levelDatastore({ location })
    await expect(second.open()).rejects.toMatchObject({ code: 'ERR_DATASTORE_LOCKED' })
    await second.close()
    await first.close()
    await second.open()
    await second.close()
  })

  it('leaves nothing in its log when it is closed, of which the Go release may pass over a part', async () => {
    const store = levelDatastore({ location })
    await store.open()
    await store.batch([{ type: 'put', key: '/k', value: Buffer.from('value') }], { sync: true })
    const logs = async (): Promise<number[]> => {
      const names = (await readdir(location)).filter((name) => name.endsWith('.log'))
      return await Promise.all(names.map(async (name) => (await stat(join(location, name))).size))
    }
    expect(Math.max(...(await logs()))).toBeGreaterThan(0)
    await store.close()
    expect(await logs()).toEqual([0])
    await store.open()
    expect(await store.get('/k')).toEqual(Buffer.from('value'))
    await store.close()
  })

  it('keeps every acknowledged write when there is no room for the next, and goes on when there is', async () => {
    // A limit on the size of a file stands for a full disk: the log is cut short in the middle of a write.
    const child = startChild(new URL('limited-writer.ts', import.meta.url), [location], "trap '' XFSZ; ulimit -f 2000")
    const acknowledged: number[] = []
    let refused = 0
    let recovered = 0
    for await (const line of child.lines) {
      const [what, n, code] = line.split(' ')
      if (what === 'refused') {
        expect(code).toBe('ERR_DATASTORE_FULL')
        refused++
      } else acknowledged.push(Number(n))
      if (what === 'recovered') recovered++
    }
    await child.exited
    expect(refused).toBeGreaterThan(0)
    expect(recovered).toBeGreaterThan(0)

    const store = levelDatastore({ location })
    await store.open()
    const values = await store.getMany(acknowledged.map((n) => `/k/${n}`))
    expect(values.filter((value) => value?.length !== 50_000)).toEqual([])
    await store.close()
  })

  it('notices a damaged table of contents', async () => {
    const store = levelDatastore({ location })
    await store.open()
    await store.put('/a', new Uint8Array([1]))
    await store.close()
    const manifest = (await readdir(location)).find((name) => name.startsWith('MANIFEST'))!
    await writeFile(join(location, manifest), Buffer.alloc(100, 0x5a))
    await expect(levelDatastore({ location }).open()).rejects.toMatchObject({ code: 'ERR_DATASTORE_CORRUPT' })
  })

  it('opens a log that ends in half of a write, without that write', async () => {
    const store = levelDatastore({ location })
    await store.open()
    await store.put('/a', new Uint8Array([1]))
    await store.put('/b', new Uint8Array(1000))
    // As it is on the disk when the process is killed: a store that is closed leaves its log empty.
    const killed = join(location, 'killed')
    await mkdir(killed)
    for (const name of await readdir(location)) {
      if (name !== 'LOCK' && name !== 'killed') await copyFile(join(location, name), join(killed, name))
    }
    await store.close()

    const log = (await readdir(killed)).find((name) => name.endsWith('.log'))!
    await truncate(join(killed, log), 500)
    const again = levelDatastore({ location: killed })
    await again.open()
    expect([await again.has('/a'), await again.has('/b')]).toEqual([true, false])
    await again.close()
  })
})
