import { cidOfBlockId } from '../../blocks/index.ts'
import type { BlockId } from '../../blocks/index.ts'
import type { DatastoreReader } from '../../datastore/index.ts'
import type { Logger } from '../../util/logger.ts'
import { readWholeBlock } from './delta-block.ts'
import { Heads } from './heads.ts'
import type { Head } from './heads.ts'
import type { CrdtKeys } from './keys.ts'
import { decodeVarint } from './varint.ts'

/**
 * Reads the heads. One that a failing disk has damaged is read from its block; when all are lost, the highest block that
 * there is takes their place, since a change upon too low a head would count for older than what it replaces.
 */
export async function loadHeads(datastore: DatastoreReader, keys: CrdtKeys, log: Logger): Promise<Heads> {
  const heads: Head[] = []
  for await (const entries of datastore.entries({ prefix: keys.heads })) {
    for (const { key, value } of entries) {
      const id = key.slice(keys.heads.length)
      const head = readHead(id, value) ?? headOfBlock(id, await datastore.get(keys.blocks + id))
      if (head !== undefined) heads.push(head)
      else log.error(`passed over the head ${id}, which cannot be read: the disk has damaged the datastore`)
    }
  }
  if (heads.length > 0) return new Heads(heads)
  const highest = await highestBlock(datastore, keys)
  if (highest === undefined) return new Heads()
  log.error(`the heads are gone from the datastore, as after a failure of the disk: goes on from the highest change`)
  return new Heads([highest])
}

function readHead(id: BlockId, value: Uint8Array): Head | undefined {
  try {
    return { id, cid: cidOfBlockId(id), height: decodeVarint(value) }
  } catch {
    return undefined
  }
}

function headOfBlock(id: BlockId, bytes: Uint8Array | undefined): Head | undefined {
  const block = bytes && readWholeBlock(id, bytes)
  return block && { id, cid: block.cid, height: block.delta.priority }
}

async function highestBlock(datastore: DatastoreReader, keys: CrdtKeys): Promise<Head | undefined> {
  let highest: Head | undefined
  for await (const entries of datastore.entries({ prefix: keys.blocks })) {
    for (const { key, value } of entries) {
      const head = headOfBlock(key.slice(keys.blocks.length), value)
      if (head !== undefined && head.height > (highest?.height ?? 0)) highest = head
    }
  }
  return highest
}
