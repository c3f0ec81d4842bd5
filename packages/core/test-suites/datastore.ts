import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Datastore, DatastoreReader, KeyRange, Write } from '@ipfs-cluster/core/datastore'

/** How the suite gets a store, and gets rid of it. */
export interface DatastoreFixture {
  /** A store that is not open, empty at first. Called once for each test. */
  create(): Promise<Datastore> | Datastore
  /** Removes what the store left behind, after it was closed. */
  remove?(): Promise<void>
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString()

async function listKeys(reader: DatastoreReader, range: KeyRange): Promise<string[]> {
  const all: string[] = []
  for await (const chunk of reader.keys(range)) all.push(...chunk)
  return all
}

async function dump(reader: DatastoreReader, range: KeyRange = {}): Promise<Record<string, string>> {
  const all: Record<string, string> = {}
  for await (const chunk of reader.entries(range)) for (const { key, value } of chunk) all[key] = text(value)!
  return all
}

/** What every implementation of Datastore must do. */
export function describeDatastore(name: string, fixture: DatastoreFixture): void {
  describe(`${name} as a Datastore`, () => {
    let store: Datastore

    beforeEach(async () => {
      store = await fixture.create()
      await store.open()
    })

    afterEach(async () => {
      await store.close()
      await fixture.remove?.()
    })

    const fill = (...keys: string[]): Promise<void> =>
      store.batch(keys.map((key) => ({ type: 'put', key, value: bytes(key) })))

    it('gives back what was put, as the same bytes', async () => {
      const value = new Uint8Array([0, 255, 128, 10])
      await store.put('/a', value)
      await store.put('/empty', new Uint8Array())
      expect([...(await store.get('/a'))!]).toEqual([...value])
      expect((await store.get('/empty'))?.length).toBe(0)
      expect(await store.get('/b')).toBeUndefined()
      expect([await store.has('/a'), await store.has('/empty'), await store.has('/b')]).toEqual([true, true, false])
    })

    it('gives many values in the order of the keys', async () => {
      await fill('/a', '/b')
      expect((await store.getMany(['/b', '/none', '/a', '/b'])).map(text)).toEqual(['/b', undefined, '/a', '/b'])
      expect(await store.getMany([])).toEqual([])
    })

    it('keeps what it holds when a value that was read is released', async () => {
      await fill('/a', '/b')
      for (const value of await store.getMany(['/a', '/a', '/b'])) store.release(value!)
      expect((await store.getMany(['/a', '/b'])).map(text)).toEqual(['/a', '/b'])
    })

    it('overwrites and deletes', async () => {
      await fill('/a')
      await store.put('/a', bytes('new'))
      expect(text(await store.get('/a'))).toBe('new')
      await store.delete('/a')
      await store.delete('/never-there')
      expect(await dump(store)).toEqual({})
    })

    it('applies a batch in its order', async () => {
      await fill('/a')
      const writes: Write[] = [
        { type: 'del', key: '/a' },
        { type: 'put', key: '/a', value: bytes('1') },
        { type: 'put', key: '/b', value: bytes('2') },
        { type: 'del', key: '/b' }
      ]
      await store.batch(writes, { sync: true })
      expect(await dump(store)).toEqual({ '/a': '1' })
      await store.batch([])
    })

    it('applies batches that are written at the same moment one after the other', async () => {
      const puts = Array.from({ length: 200 }, (_, i) => store.put('/a', bytes(String(i)), { sync: i % 3 === 0 }))
      await Promise.all(puts)
      expect(text(await store.get('/a'))).toBe('199')
    })

    it('orders keys by their bytes', async () => {
      const keys = ['/', '/A', '/a', '/a/', '/a/b', '/a0', '/é', '/\uffff', '/\u{10000}']
      await fill(...[...keys].reverse())
      expect(await listKeys(store, {})).toEqual(keys)
    })

    it('lists by prefix, bounds, direction and limit', async () => {
      await fill('/a', '/a/1', '/a/2', '/a/3', '/a0', '/b/1')
      const list = (range: KeyRange): Promise<string[]> => listKeys(store, range)
      expect(await list({ prefix: '/a/' })).toEqual(['/a/1', '/a/2', '/a/3'])
      expect(await list({ prefix: '/a' })).toEqual(['/a', '/a/1', '/a/2', '/a/3', '/a0'])
      expect(await list({ prefix: '/a/', gt: '/a/1' })).toEqual(['/a/2', '/a/3'])
      expect(await list({ prefix: '/a/', gte: '/a/2' })).toEqual(['/a/2', '/a/3'])
      expect(await list({ prefix: '/a/', lt: '/a/2' })).toEqual(['/a/1'])
      expect(await list({ prefix: '/a/', reverse: true, limit: 2 })).toEqual(['/a/3', '/a/2'])
      expect(await list({ limit: 1 })).toEqual(['/a'])
      expect(await list({ prefix: '/c' })).toEqual([])
      expect(await dump(store, { prefix: '/b' })).toEqual({ '/b/1': '/b/1' })
    })

    it('lists keys that end with a suffix', async () => {
      const keys = Array.from({ length: 500 }, (_, i) => [`/k/${i}/p`, `/k/${i}/v`]).flat()
      await fill(...keys, '/l/v')
      const pins = keys.filter((key) => key.endsWith('/v')).sort()
      expect(await listKeys(store, { prefix: '/k/', suffix: '/v' })).toEqual(pins)
      expect(Object.keys(await dump(store, { prefix: '/k/', suffix: '/v' })).sort()).toEqual(pins)
      expect(await listKeys(store, { prefix: '/k/', suffix: '/none' })).toEqual([])
    })

    it('lists in chunks of bounded size', async () => {
      const keys = Array.from({ length: 2500 }, (_, i) => `/k/${String(i).padStart(5, '0')}`)
      await fill(...keys)
      const sizes: number[] = []
      for await (const chunk of store.keys({ prefix: '/k/' })) sizes.push(chunk.length)
      expect(sizes.reduce((a, b) => a + b)).toBe(2500)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(1000)
    })

    it('lists what was there when the listing began', async () => {
      await fill(...Array.from({ length: 1500 }, (_, i) => `/k/${String(i).padStart(5, '0')}`))
      const seen: string[] = []
      for await (const chunk of store.keys({ prefix: '/k/' })) {
        if (seen.length === 0)
          await store.batch([
            { type: 'del', key: '/k/01499' },
            { type: 'put', key: '/k/zzz', value: bytes('') }
          ])
        seen.push(...chunk)
      }
      expect([seen.length, seen.at(-1)]).toEqual([1500, '/k/01499'])
    })

    it('reads from a snapshot as if nothing had changed since', async () => {
      await fill('/a', '/b')
      const snapshot = store.snapshot()
      await store.batch([
        { type: 'del', key: '/a' },
        { type: 'put', key: '/c', value: bytes('') }
      ])
      expect(await dump(snapshot)).toEqual({ '/a': '/a', '/b': '/b' })
      expect([text(await snapshot.get('/a')), await snapshot.has('/c')]).toEqual(['/a', false])
      expect((await snapshot.getMany(['/a', '/c'])).map(text)).toEqual(['/a', undefined])
      await snapshot.close()
      expect(await listKeys(store, {})).toEqual(['/b', '/c'])
    })

    it('deletes a range and nothing else', async () => {
      await fill('/a', '/a/1', '/a/2', '/a0')
      await store.deleteRange({ prefix: '/a/' })
      expect(await listKeys(store, {})).toEqual(['/a', '/a0'])
    })

    it('estimates sizes', async () => {
      expect(await store.approximateSize({ prefix: '/none/' })).toBe(0)
      await store.put('/big', new Uint8Array(1000))
      expect(await store.approximateSize({})).toBeGreaterThanOrEqual(0)
    })

    it('stops listing when the consumer stops or aborts', async () => {
      await fill(...Array.from({ length: 3000 }, (_, i) => `/k/${i}`))
      for await (const chunk of store.keys({})) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      const abort = new AbortController()
      const listing = (async () => {
        for await (const _ of store.keys({}, { signal: abort.signal })) abort.abort(new Error('enough'))
      })()
      await expect(listing).rejects.toThrow('enough')
      await expect(store.get('/k/1', { signal: abort.signal })).rejects.toThrow('enough')
      await expect(store.put('/k/1', bytes(''), { signal: abort.signal })).rejects.toThrow('enough')
    })

    it('opens and closes more than once, and keeps what it has', async () => {
      await fill('/a')
      await store.open()
      await store.close()
      await store.close()
      await expect(store.get('/a')).rejects.toMatchObject({ code: 'ERR_DATASTORE' })
      await expect(store.put('/a', bytes(''))).rejects.toMatchObject({ code: 'ERR_DATASTORE' })
      await store.open()
      expect(await dump(store)).toEqual({ '/a': '/a' })
    })

    it('writes what was asked for before it closes', async () => {
      const written = store.put('/a', bytes('1'), { sync: true })
      await store.close()
      await written
      await store.open()
      expect(text(await store.get('/a'))).toBe('1')
    })

    it('holds what a sorted map holds after any batches', async () => {
      const key = fc.constantFrom('/a', '/a/b', '/b', '/b/c', '/é', '/z')
      const write: fc.Arbitrary<Write> = fc.oneof(
        fc.record({ type: fc.constant('put' as const), key, value: fc.uint8Array({ maxLength: 4 }) }),
        fc.record({ type: fc.constant('del' as const), key })
      )
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(write, { maxLength: 5 }), { maxLength: 8 }), async (batches) => {
          await store.deleteRange({})
          const model = new Map<string, string>()
          await Promise.all(batches.map((batch) => store.batch(batch)))
          for (const change of batches.flat()) {
            if (change.type === 'put') model.set(change.key, text(change.value)!)
            else model.delete(change.key)
          }
          expect(await dump(store)).toEqual(Object.fromEntries(model))
        }),
        { numRuns: 50 }
      )
    })
  })
}
