import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Environment } from './env.ts'

const FOLDER_NAME = '.ipfs-cluster'

/** The files of a peer in its folder. */
export interface PeerFolder {
  /** Absolute. */
  readonly path: string
  readonly service: string
  readonly identity: string
  readonly peerstore: string
  readonly lock: string
}

/** The folder of a peer when neither a flag nor the environment names one. */
export function defaultFolder(env: Environment): string {
  const home = env['HOME']
  return join(home === undefined || home === '' ? homedir() : home, FOLDER_NAME)
}

/** The files in a folder, which may be given relative to the current one. */
export function peerFolder(folder: string): PeerFolder {
  const path = resolve(folder)
  return {
    path,
    service: join(path, 'service.json'),
    identity: join(path, 'identity.json'),
    peerstore: join(path, 'peerstore'),
    lock: join(path, 'cluster.lock')
  }
}
