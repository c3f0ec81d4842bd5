import type { BlockId } from '../../blocks/index.ts'
import type { Datastore, DatastoreReader, Write } from '../../datastore/index.ts'
import type { Heads } from './heads.ts'
import type { CrdtKeys } from './keys.ts'

/** What is counted instead of being looked up, and the state of the DAG that it was counted for. */
interface Summary {
  readonly pins: number
  readonly heads: readonly BlockId[]
}

/**
 * Number of keys in the set. It is stored with every change; where it is missing, or a Go peer has changed the set
 * since (the heads are others then), the keys are counted.
 */
export async function loadPinCount(datastore: Datastore, heads: Heads, keys: CrdtKeys): Promise<number> {
  const stored = await datastore.get(keys.summary)
  const summary = stored === undefined ? undefined : parseSummary(stored)
  const isCurrent = summary !== undefined && summary.heads.join() === heads.ids().join()
  if (isCurrent) return summary.pins
  const pins = await countPins(datastore, keys)
  await datastore.batch([writeSummary(pins, heads, keys)])
  return pins
}

export function writeSummary(pins: number, heads: Heads, keys: CrdtKeys): Write {
  const summary: Summary = { pins, heads: heads.ids() }
  return { type: 'put', key: keys.summary, value: Buffer.from(JSON.stringify(summary)) }
}

function parseSummary(bytes: Uint8Array): Summary | undefined {
  try {
    const { pins, heads } = JSON.parse(Buffer.from(bytes).toString()) as Partial<Summary>
    return typeof pins === 'number' && Array.isArray(heads) ? { pins, heads } : undefined
  } catch {
    return undefined
  }
}

async function countPins(datastore: DatastoreReader, keys: CrdtKeys): Promise<number> {
  let count = 0
  for await (const chunk of datastore.keys({ prefix: keys.current })) {
    for (const key of chunk) if (key.endsWith('/v')) count++
  }
  return count
}
