import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import { cidFromBytes, emptyPin, encodePinLine, parseJSON, pinFromJSON, Time } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import fc from 'fast-check'
import { levelDatastore, memoryDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore } from '@ipfs-cluster/core/datastore'
import { exportState, importState } from '@ipfs-cluster/core/state'
import { jsonDocuments } from '../../src/state/json-documents.ts'
import { dump, testReplica } from '../consensus/crdt/helpers.ts'
import type { TestReplica } from '../consensus/crdt/helpers.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { readVector, readVectorText } from '../helpers/vectors.ts'

/** Times in a file of a Go peer have the zone of that machine; as pins they are the same instants. */
const pinsIn = (text: string): unknown[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => asStored(line))
const asStored = (line: string): unknown => {
  const pin = pinFromJSON(parseJSON(line))
  return {
    ...(JSON.parse(encodePinLine(pin)) as object),
    timestamp: pin.timestamp.seconds,
    expire_at: pin.expireAt.seconds
  }
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join('')
}

async function* pieces(text: string, size = 100): AsyncGenerator<string> {
  for (let i = 0; i < text.length; i += size) yield text.slice(i, i + size)
}

/** Lines of pins with long names, which take several deltas. */
function longFile(count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const digest = createHash('sha256').update(`pin ${i}`).digest()
    const cid = cidFromBytes(Buffer.concat([Buffer.from('01551220', 'hex'), digest]))
    return encodePinLine({ ...emptyPin(cid), timestamp: new Time(1_700_000_000 + i), name: `${i} `.repeat(2000) })
  })
  return lines.join('')
}

/** The order of an export. */
const byCid = (a: string, b: string): number => (cidOf(a) < cidOf(b) ? -1 : 1)
const cidOf = (line: string): string => (JSON.parse(line) as { cid: string }).cid

/** What the store would hold if the process were killed, at each moment of some work. */
async function storesOfEachMoment(datastore: Datastore, work: () => Promise<unknown>): Promise<Datastore[]> {
  const stores: Datastore[] = []
  const batch = datastore.batch.bind(datastore)
  datastore.batch = async (writes, options) => {
    await batch(writes, options)
    const copy = memoryDatastore()
    await copy.open()
    for await (const entries of datastore.entries({ prefix: '/' })) {
      await copy.batch(entries.map((entry) => ({ type: 'put', ...entry })))
    }
    stores.push(copy)
  }
  await work()
  datastore.batch = batch
  return stores
}

describe('a folder that a Go peer wrote', () => {
  let folder: string

  beforeEach(async () => {
    folder = await temporaryFolder()
    const archive = new URL('../fixtures/wire/datastore-leveldb.tar.gz', import.meta.url).pathname
    await promisify(execFile)('tar', ['-xzf', archive, '-C', folder])
  })

  afterEach(() => removeFolder(folder))

  it('is opened in place, listed as Go lists it, and not changed', async () => {
    const datastore = levelDatastore({ location: join(folder, 'leveldb') })
    const replica = testReplica({}, { datastore })
    await replica.start()
    const expected = await readVector<Record<string, string>>('datastore-dump.json')
    expect(await dump(datastore, '/c/')).toEqual(expected)
    const exported = await textOf(exportState(replica.consensus.state))
    expect(pinsIn(exported)).toEqual(pinsIn(await readVectorText('state-export-crdt.ndjson')))
    expect(await replica.consensus.state.count()).toBe(pinsIn(exported).length)
    await replica.stop()
  })
})

describe('an export file', () => {
  let replica: TestReplica

  beforeEach(async () => {
    replica = testReplica({}, { datastore: memoryDatastore() })
    await replica.datastore.open()
  })

  afterEach(() => replica.stop())

  it('that is imported gives the keys and values that it gives a Go peer', async () => {
    const file = await readVectorText('state_export.ndjson')
    const count = await importState(pieces(file), replica.consensus)
    expect(count).toBe(pinsIn(file).length)
    expect(await dump(replica.datastore, '/c/')).toEqual(await readVector('datastore-dump.json'))
    await replica.consensus.start()
    expect(await replica.consensus.state.count()).toBe(count)
    expect(pinsIn(await textOf(exportState(replica.consensus.state)))).toEqual(
      pinsIn(await readVectorText('state-export-crdt.ndjson'))
    )
  })

  it('replaces what was there, with the options that are given', async () => {
    const [first = '', second = ''] = (await readVectorText('state_export.ndjson')).split('\n')
    await importState(pieces(first), replica.consensus)
    const options = {
      replicationFactorMin: 2,
      replicationFactorMax: 5,
      allocations: ['12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5']
    }
    await importState(pieces(second), replica.consensus, options)
    const pins: Pin[] = await Array.fromAsync(replica.consensus.state.list())
    expect(pins).toHaveLength(1)
    expect(pins[0]).toMatchObject(options)
    expect(pins[0]!.cid.toString()).toBe((JSON.parse(second) as { cid: string }).cid)
  })

  it('that is wrong changes nothing, and the line is named', async () => {
    const file = await readVectorText('state_export.ndjson')
    await importState(pieces(file), replica.consensus)
    const before = await dump(replica.datastore, '/')
    const lines = file.split('\n')
    for (const wrong of ['{"cid": 7}', '{"cid": null}', 'pin', '{"cid"']) {
      const text = [...lines.slice(0, 2), wrong].join('\n')
      await expect(importState(pieces(text), replica.consensus)).rejects.toThrow(/^line 3/)
    }
    expect(await dump(replica.datastore, '/')).toEqual(before)
  })

  it('that is wrong leaves an empty peer empty, whatever of it was added before', async () => {
    const file = longFile(300)
    await expect(importState(pieces(`${file}pin`, 1 << 16), replica.consensus)).rejects.toThrow(/^line 301/)
    expect(Object.keys(await dump(replica.datastore, '/'))).toEqual(['/ts/crdt/c/summary'])
    expect(await importState(pieces(file, 1 << 16), replica.consensus)).toBe(300)
    await replica.consensus.start()
    expect(await replica.consensus.state.count()).toBe(300)
  })

  it('of which the rest cannot be read changes nothing', async () => {
    const file = await readVectorText('state_export.ndjson')
    await importState(pieces(file), replica.consensus)
    const before = await dump(replica.datastore, '/')
    async function* breaking(): AsyncGenerator<string> {
      yield* pieces(file.slice(0, file.length / 2))
      throw new Error('cannot read on')
    }
    await expect(importState(breaking(), replica.consensus)).rejects.toThrow('cannot read on')
    expect(await dump(replica.datastore, '/')).toEqual(before)
  })

  it('is imported as a whole although the process is killed in between', async () => {
    const file = await readVectorText('state_export.ndjson')
    const [first = ''] = file.split('\n')
    await importState(pieces(first), replica.consensus)
    const before = await dump(replica.datastore, '/c/')
    const stores = await storesOfEachMoment(replica.datastore, () => importState(pieces(file), replica.consensus))
    const after = await dump(replica.datastore, '/c/')
    const kept: boolean[] = []
    for (const store of stores) {
      const restarted = testReplica({}, { datastore: store })
      await restarted.consensus.start()
      const found = await dump(store, '/c/')
      kept.push(isDeepStrictEqual(found, before))
      if (kept.at(-1) === false) expect(found).toEqual(after)
      expect(await dump(store, '/ts/staged')).toEqual({})
      await restarted.stop()
    }
    // What was there stays until everything is on the disk, and never comes back.
    expect(kept).toContain(true)
    expect(kept.slice(kept.indexOf(false))).not.toContain(true)
  })

  it.each([
    ['each once', longFile(300)],
    ['one of them twice', longFile(1) + longFile(300)]
  ])('of many deltas, with CIDs %s, is imported as a whole although the process is killed', async (_, file) => {
    const [first = ''] = (await readVectorText('state_export.ndjson')).split('\n')
    await importState(pieces(first), replica.consensus)
    const stores = await storesOfEachMoment(replica.datastore, () =>
      importState(pieces(file, 1 << 16), replica.consensus)
    )
    const after = await dump(replica.datastore, '/')
    expect(Object.keys(after).filter((key) => key.startsWith('/c/b/blocks/')).length).toBeGreaterThan(2)
    const counts: number[] = []
    for (const store of stores) {
      const restarted = testReplica({}, { datastore: store })
      await restarted.consensus.start()
      counts.push(await restarted.consensus.state.count())
      if (counts.at(-1) !== 1) expect(await dump(store, '/')).toEqual(after)
      await restarted.stop()
    }
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(new Set(counts)).toEqual(new Set([1, 300]))
  })

  it('of more times than are counted in memory is counted as a whole', async () => {
    const count = 11_000
    const lines = Array.from({ length: count }, (_, i) => {
      const digest = createHash('sha256').update(`pin ${i}`).digest()
      const cid = cidFromBytes(Buffer.concat([Buffer.from('01551220', 'hex'), digest]))
      return encodePinLine({ ...emptyPin(cid), type: 'pin', timestamp: new Time(1_600_000_000 + 1000 * i) })
    })
    await importState(pieces(lines.join(''), 1 << 16), replica.consensus)
    await replica.consensus.start()
    const { state } = replica.consensus
    expect(await state.countByCreation({})).toBe(count)
    for (const i of [1, 5000, 9999]) {
      expect(await state.countByCreation({ before: (1_600_000_000 + 1000 * i) * 1000 })).toBe(i)
    }
  })

  it('gives one store, whether it has each CID once or not', async () => {
    const file = longFile(300)
    await importState(pieces(file, 1 << 16), replica.consensus)
    const filled = await dump(replica.datastore, '/')
    const lines = file.trim().split('\n')
    // Merged delta by delta, as a CID stands twice: the same, as the later of the two is the one that counts.
    await importState(pieces([lines[0], ...lines].join('\n'), 1 << 16), replica.consensus)
    const merged = await dump(replica.datastore, '/')
    const ofPins = (all: Record<string, string>): unknown =>
      Object.entries(all).filter(([key]) => /^\/(c\/s\/k|ts\/crdt\/c\/index)\//.test(key) && !key.endsWith('/p'))
    expect(ofPins(merged)).toEqual(ofPins(filled))
  })

  it.each([
    ['in their order', (lines: string[]) => lines],
    ['in another order', (lines: string[]) => lines.toReversed()]
  ])('of many deltas, with CIDs %s and one that comes again, has the last of each', async (_, order) => {
    const lines = order(longFile(300).trim().split('\n').toSorted(byCid))
    const again = lines[5]!.replace(/"name":"[^"]*"/, '"name":"again"')
    await importState(pieces([...lines, again].join('\n'), 1 << 16), replica.consensus)
    await replica.consensus.start()
    expect(await replica.consensus.state.count()).toBe(300)
    expect(await replica.consensus.state.countByCreation()).toBe(300)
    const names = (await Array.fromAsync(replica.consensus.state.list())).map(({ name }) => name)
    expect(names).toHaveLength(300)
    expect(names.filter((name) => name === 'again')).toHaveLength(1)
  })

  it('in any order, with a CID that stands twice, gives the last of each', async () => {
    const lines = (await readVectorText('state_export.ndjson')).trim().split('\n')
    const again = lines[0]!.replace(/"name":"[^"]*"/, '"name":"again"')
    await importState(pieces([...lines.toReversed(), again].join('\n')), replica.consensus)
    await replica.consensus.start()
    const pins: Pin[] = await Array.fromAsync(replica.consensus.state.list())
    expect(pins).toHaveLength(lines.length)
    expect(await replica.consensus.state.count()).toBe(lines.length)
    const cid = (JSON.parse(again) as { cid: string }).cid
    expect(pins.find((pin) => pin.cid.toString() === cid)?.name).toBe('again')
  })

  it('finishes an import that was interrupted before it begins another', async () => {
    const [first = '', second = ''] = (await readVectorText('state_export.ndjson')).split('\n')
    const stores = await storesOfEachMoment(replica.datastore, () => importState(pieces(first), replica.consensus))
    const counts: number[] = []
    for (const store of stores) {
      const isCommitted = Object.keys(await dump(store, '/ts/replacing')).length > 0
      const other = testReplica({}, { datastore: store })
      await expect(importState(pieces(`${second}\nwrong`), other.consensus)).rejects.toThrow(/^line 2/)
      await other.consensus.start()
      counts.push(await other.consensus.state.count())
      if (isCommitted) expect(counts.at(-1)).toBe(1)
      await other.stop()
    }
    expect(counts).toEqual(counts.toSorted())
    expect(new Set(counts)).toEqual(new Set([0, 1]))
  })

  it('cannot replace the pinset of a running peer', async () => {
    await replica.start()
    const file = await readVectorText('state_export.ndjson')
    await expect(importState(pieces(file), replica.consensus)).rejects.toMatchObject({
      code: 'ERR_NOT_SUPPORTED'
    })
  })

  it('of nothing is empty', async () => {
    await replica.consensus.start()
    expect(await textOf(exportState(replica.consensus.state))).toBe('')
    expect(await importState(pieces(' \n'), testReplica({}, { datastore: replica.datastore }).consensus)).toBe(0)
  })
})

type Parts = readonly (readonly [value: unknown, space: string])[]

function textOfParts(parts: Parts, pretty: boolean): string {
  return parts.map(([value, space]) => JSON.stringify(value, null, pretty ? 2 : 0) + space).join('')
}

/** The line on which each object begins. */
function linesOf(parts: Parts, pretty: boolean): number[] {
  return parts.map((_part, i) => textOfParts(parts.slice(0, i), pretty).split('\n').length)
}

describe('jsonDocuments', () => {
  it('finds every object, however the text is cut and whatever is between', async () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue())
    const between = fc.stringMatching(/^[ \n\r\t]*$/)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(object, between)),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (parts, size, pretty) => {
          const text = textOfParts(parts, pretty)
          const found = (await Array.fromAsync(jsonDocuments(pieces(text, size), parseJSON))).flat()
          expect(found.map(({ value }) => value)).toEqual(parts.map(([value]) => parseJSON(JSON.stringify(value))))
          expect(found.map(({ line }) => line)).toEqual(linesOf(parts, pretty))
        }
      )
    )
  })

  it.each(['[1]', '{} 7', '{"a"', 'null'])('refuses %s', async (text) => {
    await expect(Array.fromAsync(jsonDocuments(pieces(text), parseJSON))).rejects.toMatchObject({
      code: 'ERR_BAD_EXPORT_FILE'
    })
  })
})
