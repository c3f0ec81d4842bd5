import { ClusterError } from '@ipfs-cluster/api'
import type { Datastore } from '../../datastore/index.ts'
import type { CrdtKeys } from './keys.ts'
import { bestOf, liveIds } from './merge.ts'
import type { Transaction } from './transaction.ts'
import { decodeVarint, encodeVarint } from './varint.ts'

/** Version of the layout in the datastore that the Go release v1.1.6 writes, and this program. */
const VERSION = 1

/** Keys that are set right in one transaction. */
const KEYS_AT_ONCE = 500

/**
 * Brings a store of an older release to the present layout. Version 0 chose wrong values for keys with tombstones that
 * came in a certain order, so these are chosen anew.
 *
 * @throws ClusterError `ERR_DATASTORE_VERSION` when the store was written by a newer release
 */
export async function migrate(
  datastore: Datastore,
  keys: CrdtKeys,
  update: (work: (tx: Transaction) => Promise<void>) => Promise<void>
): Promise<void> {
  const stored = await datastore.get(keys.version)
  const version = stored === undefined ? 0 : decodeVarint(stored) - 1
  if (version > VERSION) {
    throw new ClusterError(
      'ERR_DATASTORE_VERSION',
      `the datastore has version ${version}, this program knows ${VERSION}`
    )
  }
  if (version === VERSION) return
  for await (const tombstoned of tombstonedKeys(datastore, keys)) {
    await update((tx) => chooseAnew(tx, tombstoned))
  }
  await datastore.put(keys.version, encodeVarint(VERSION + 1), { sync: true })
}

async function* tombstonedKeys(datastore: Datastore, keys: CrdtKeys): AsyncGenerator<string[]> {
  let last: string | undefined
  let batch: string[] = []
  for await (const chunk of datastore.keys({ prefix: keys.tombstones })) {
    for (const full of chunk) {
      const key = full.slice(keys.tombstones.length, full.lastIndexOf('/'))
      if (key !== last) batch.push(key)
      last = key
    }
    if (batch.length >= KEYS_AT_ONCE) {
      yield batch
      batch = []
    }
  }
  yield batch
}

async function chooseAnew(tx: Transaction, keys: readonly string[]): Promise<void> {
  const priorities = await tx.priorities(keys)
  const histories = await tx.histories(keys)
  for (const [i, key] of keys.entries()) {
    tx.setCurrent(key, await bestOf(key, liveIds(histories[i]), tx), priorities[i] !== undefined)
  }
}
