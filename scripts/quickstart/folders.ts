import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MAX_PEERS } from './options.ts'

/** Where the peer with that number, from 0, lives. */
export function peerFolder(folder: string, index: number): string {
  return join(folder, peerName(index))
}

export function peerName(index: number): string {
  return `peer${index + 1}`
}

/** Whether a peer has been made there. */
export function hasPeer(folder: string): boolean {
  return existsSync(join(folder, 'service.json'))
}

/** Names of the peers of earlier runs. */
export function earlierPeers(folder: string): string[] {
  const indices = Array.from({ length: MAX_PEERS }, (_, index) => index)
  return indices.filter((index) => hasPeer(peerFolder(folder, index))).map(peerName)
}

/** The secret of the cluster of an earlier run. */
export function earlierSecret(folder: string): string | undefined {
  const [name] = earlierPeers(folder)
  if (name === undefined) return undefined
  const path = join(folder, name, 'service.json')
  try {
    const { cluster } = JSON.parse(readFileSync(path, 'utf8')) as { cluster: { secret: string } }
    return cluster.secret
  } catch (err) {
    throw new Error(`${path} cannot be read; mend it, or delete ${folder} to begin anew`, { cause: err })
  }
}
