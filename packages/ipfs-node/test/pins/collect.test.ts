import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { CID } from 'multiformats/cid'
import { Blocks } from '../../src/dag/blocks.ts'
import { codecByCode } from '../../src/dag/codecs.ts'
import { digest } from '../../src/dag/hashes.ts'
import { Collector } from '../../src/pins/collect.ts'
import { Leases } from '../../src/pins/leases.ts'
import { Pins } from '../../src/pins/pins.ts'
import { BlockStore } from '../../src/store/block-store.ts'
import { Database } from '../../src/store/database.ts'
import { Segments } from '../../src/store/segments.ts'
import { after, collect, form, joined, lines, pseudoRandom, startNode, temporaryFolder } from '../helpers.ts'

const SHA2_256 = 0x12
const DAG_CBOR = 0x71

async function parts(): Promise<{ blocks: Blocks; pins: Pins; leases: Leases; collector: Collector }> {
  const folder = await temporaryFolder()
  const database = new Database(join(folder, 'index'))
  await database.open()
  const store = new BlockStore(
    database,
    new Segments({ folder: join(folder, 'blocks'), segmentSize: 1 << 20, reserve: 0 })
  )
  await store.open()
  after(async () => {
    await store.close()
    await database.close()
  })
  const blocks = new Blocks({ store })
  const leases = new Leases()
  const pins = new Pins({ database, blocks, leases })
  return { blocks, pins, leases, collector: new Collector({ blocks, pins, leases }) }
}

async function put(blocks: Blocks, value: unknown): Promise<CID> {
  const bytes = codecByCode(DAG_CBOR).encode(value)
  const cid = CID.createV1(DAG_CBOR, digest(bytes, SHA2_256))
  await blocks.put(cid, bytes)
  await blocks.store.flush()
  return cid
}

describe('Collector', () => {
  it('removes what no pin reaches, and nothing else', async () => {
    const { blocks, pins, collector } = await parts()
    const leaf = await put(blocks, 'leaf')
    const root = await put(blocks, { leaf })
    const direct = await put(blocks, { leaf, only: 'this block' })
    const loose = await put(blocks, 'loose')
    await pins.add(root, 'recursive')
    await pins.add(direct, 'direct')
    const removed = await collect(collector.collect())
    expect(removed).toEqual([{ multihash: expect.anything() }])
    for (const cid of [leaf, root, direct]) expect(await blocks.has(cid)).toBe(true)
    expect(await blocks.has(loose)).toBe(false)
    await pins.remove(root, { recursive: true })
    await collect(collector.collect())
    expect([await blocks.has(leaf), await blocks.has(root), await blocks.has(direct)]).toEqual([false, false, true])
  })

  it('removes nothing when a pinned DAG is not whole', async () => {
    const { blocks, pins, collector } = await parts()
    const leaf = await put(blocks, 'leaf')
    const root = await put(blocks, { leaf })
    await pins.add(root, 'recursive')
    const loose = await put(blocks, 'loose')
    const location = blocks.store.locate(leaf.multihash.bytes)
    await blocks.store.remove([{ multihash: leaf.multihash.bytes, location: location! }])
    await expect(collect(collector.collect())).rejects.toThrow(
      'garbage collection aborted: could not retrieve some links'
    )
    expect(await blocks.has(loose)).toBe(true)
  })

  it('leaves what an operation under way has touched, or is about to pin', async () => {
    const { blocks, leases, collector } = await parts()
    const [touched, leaf] = [await put(blocks, 'touched'), await put(blocks, 'leaf')]
    const root = await put(blocks, { leaf })
    const loose = await put(blocks, 'loose')
    const lease = leases.take()
    lease.touch(touched.multihash.bytes)
    lease.root(root)
    await collect(collector.collect())
    expect(await Promise.all([touched, leaf, root, loose].map((cid) => blocks.has(cid)))).toEqual([
      true,
      true,
      true,
      false
    ])
    lease.release()
    await collect(collector.collect())
    expect(await Promise.all([touched, leaf, root].map((cid) => blocks.has(cid)))).toEqual([false, false, false])
  })

  it('sees a pin that is made while it runs', async () => {
    const { blocks, pins, collector } = await parts()
    // Two batches of rubbish, so that the collection stops between them for its reader.
    for (let i = 0; i < 600; i++) await put(blocks, { rubbish: i })
    const leaf = await put(blocks, 'leaf')
    const root = await put(blocks, { leaf })
    const collecting = collector.collect()
    await collecting.next()
    const isThere = await blocks.has(root)
    const pinned = await pins.add(root, 'recursive').then(
      () => true,
      () => false
    )
    for await (const _ of collecting);
    // Either it was removed before the pin came, and the pin failed, or it is whole.
    expect(pinned).toBe(isThere)
    expect([await blocks.has(root), await blocks.has(leaf)]).toEqual([pinned, pinned])
  })

  it('frees its turn when its reader leaves early', async () => {
    const { blocks, collector } = await parts()
    for (let i = 0; i < 600; i++) await put(blocks, { rubbish: i })
    for await (const _ of collector.collect()) break
    expect((await collect(collector.collect())).length).toBeGreaterThan(0)
    expect(blocks.store.segments.totals().count).toBe(0)
  })
})

describe('garbage collection of a node', () => {
  it('never takes anything of adds that run at the same time', async () => {
    const { client, post } = await startNode({ segmentSize: 2 << 20 })
    const adding = Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        // Each shares half of its chunks with all others: found again rather than written.
        const content = Buffer.concat([pseudoRandom(600_000, 99), pseudoRandom(400_000, i + 1)])
        const [added] = await lines(await post(`add?chunker=size-50000`, { body: form({ [`f${i}`]: content }) }))
        return { content, cid: added?.['Hash'] as string }
      })
    )
    let isDone = false
    const collecting = (async () => {
      while (!isDone) await (await post('repo/gc')).text()
    })()
    const all = await adding
    isDone = true
    await collecting
    for (const { content, cid } of all) expect(Buffer.compare(await joined(client.cat(cid)), content)).toBe(0)
    expect((await lines(await post('pin/verify'))).length).toBe(0)
  })

  it('gives the space back', async () => {
    const { client, post } = await startNode({ segmentSize: 1 << 20 })
    const dropped = await client.add(pseudoRandom(5_000_000, 1))
    const kept = await client.add(pseudoRandom(300_000, 2))
    await client.pin.rm(dropped.cid)
    await (await post('repo/gc?silent=true')).text()
    expect(Number((await client.repo.stat()).repoSize)).toBeLessThan(400_000)
    expect((await joined(client.cat(kept.cid))).length).toBe(300_000)
  })
})
