import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Pin } from '@ipfs-cluster/api'
import { crdt } from '@ipfs-cluster/core/consensus/crdt'
import { levelDatastore } from '@ipfs-cluster/core/datastore'
import { nullLogger, startAll, stopAll } from '@ipfs-cluster/core/util'
import type { Startable } from '@ipfs-cluster/core/util'
import type { FollowerFolder } from '../folder.ts'
import { readCopy } from '../template/load.ts'

/** Engines of the Go release, whose data this program cannot read. */
const ENGINES = ['pebble', 'badger', 'badger3'] as const

/** Where the pinset of a peer is on disk. */
export interface Store {
  /** Folder of a LevelDB datastore; absent when there is none. */
  readonly location?: string
  /** Folder of a datastore of a Go peer that cannot be read here; absent when there is none, or no data in it. */
  readonly unreadable?: string
}

/** Finds the datastore of a peer that does not run. Never makes one. */
export async function findStore(folder: FollowerFolder): Promise<Store> {
  const template = await readCopy(folder, undefined)
  const location = resolve(folder.path, template?.config.datastore.leveldb?.folder ?? 'leveldb')
  const theirs = ENGINES.map((engine) => join(folder.path, engine))
  const haveData = await Promise.all(theirs.map((path) => hasFile(path, () => true)))
  const unreadable = theirs.find((_, index) => haveData[index])
  const isWritten = await hasFile(location, (name) => name === 'CURRENT')
  return { ...(isWritten && { location }), ...(unreadable !== undefined && { unreadable }) }
}

/**
 * The pinset in a LevelDB folder.
 *
 * @throws ClusterError `ERR_DATASTORE_LOCKED` while a peer runs on it
 */
export async function* storedPinset(location: string, peerId: string): AsyncGenerator<Pin, void, undefined> {
  const datastore = levelDatastore({ location })
  const hooks = { onPut: () => {}, onDelete: () => {} }
  const consensus = crdt()({ peerId, datastore, hooks, logger: nullLogger })
  const parts: Startable[] = [datastore, consensus]
  await startAll(parts)
  try {
    yield* consensus.state.list()
  } finally {
    await stopAll(parts)
  }
}

async function hasFile(folder: string, matches: (name: string) => boolean): Promise<boolean> {
  try {
    return (await readdir(folder)).some(matches)
  } catch {
    return false
  }
}
