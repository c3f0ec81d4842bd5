import type { BlockId } from '../../blocks/index.ts'
import type { Datastore, Write } from '../../datastore/index.ts'
import type { PinIndex } from '../../state/index.ts'
import type { Heads } from './heads.ts'
import type { CrdtKeys } from './keys.ts'

/** Layout of what is kept beside the set; another one is made anew. */
const LAYOUT = 1

/** Pins that are indexed in one batch. */
const INDEXED_AT_ONCE = 1000

/** What is counted instead of being looked up, and the state of the DAG that it was counted for. */
interface Summary {
  readonly layout: number
  readonly pins: number
  readonly heads: readonly BlockId[]
}

export interface PinCount {
  readonly pins: number
  /** The keys had to be counted: a Go peer ran on this store, or nobody did. */
  readonly isAnew: boolean
}

/**
 * Number of keys in the set. It is stored with every change, and so is the index of their creation; where it is missing,
 * or a Go peer has changed the set since (the heads are others then), the keys are counted and indexed anew.
 */
export async function loadPinCount(
  datastore: Datastore,
  heads: Heads,
  keys: CrdtKeys,
  index: PinIndex
): Promise<PinCount> {
  const stored = await datastore.get(keys.summary)
  const summary = stored === undefined ? undefined : parseSummary(stored)
  const isCurrent = summary?.layout === LAYOUT && summary.heads?.join() === heads.ids().join()
  if (isCurrent && summary.pins !== undefined) return { pins: summary.pins, isAnew: false }
  const pins = await indexPins(datastore, keys, index)
  await datastore.batch([writeSummary(pins, heads, keys)])
  return { pins, isAnew: true }
}

export function writeSummary(pins: number, heads: Heads, keys: CrdtKeys): Write {
  const summary: Summary = { layout: LAYOUT, pins, heads: heads.ids() }
  return { type: 'put', key: keys.summary, value: Buffer.from(JSON.stringify(summary)) }
}

function parseSummary(bytes: Uint8Array): Partial<Summary> | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as Partial<Summary>
  } catch {
    return undefined
  }
}

/** @returns how many pins there are */
async function indexPins(datastore: Datastore, keys: CrdtKeys, index: PinIndex): Promise<number> {
  await datastore.deleteRange({ prefix: index.prefix })
  let count = 0
  for await (const chunk of datastore.entries({ prefix: keys.current })) {
    const pins = chunk.filter(({ key }) => key.endsWith('/v'))
    count += pins.length
    for (let i = 0; i < pins.length; i += INDEXED_AT_ONCE) {
      const changes = pins.slice(i, i + INDEXED_AT_ONCE).map(({ key, value }) => {
        return { key: key.slice(keys.current.length, -'/v'.length), before: undefined, after: value }
      })
      await datastore.batch(await index.writesFor(changes, datastore))
    }
  }
  return count
}
