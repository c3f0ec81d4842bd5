import { ClusterError } from '@ipfs-cluster/api'
import { parseChunker } from './chunkers/parse.ts'
import { hasherOf } from './hashers.ts'
import type { AddParams } from '@ipfs-cluster/api'
import type { Chunker } from './chunkers/chunker.ts'
import type { Hasher } from './hashers.ts'

/** All that decides which blocks content becomes. */
export interface ImportProfile {
  cidVersion: 0 | 1
  hasher: Hasher
  /** Whether leaves of files are the bare bytes instead of UnixFS nodes. */
  rawLeaves: boolean
  layout: 'balanced' | 'trickle'
  chunker: Chunker
}

/**
 * Reads how content is to be added.
 *
 * @throws ClusterError `ERR_ADD_OPTION` with the words of the Go release, `ERR_NOT_IMPLEMENTED`
 */
export function importProfile(params: AddParams): ImportProfile {
  refuseMissing(params)
  const { cidVersion, hash } = params
  if (cidVersion !== 0 && cidVersion !== 1) throw refused(`bad CID Version: unknown CID version: ${cidVersion}`)
  const hasher = hasherOf(hash.toLowerCase())
  if (hasher === undefined) throw refused('hash function name not known')
  if (cidVersion === 0 && hash.toLowerCase() !== 'sha2-256') throw refused('invalid cid: invalid v0 prefix')
  const { rawLeaves, layout } = params
  return { cidVersion, hasher, rawLeaves, layout, chunker: parseChunker(params.chunker) }
}

function refuseMissing(params: AddParams): void {
  const missing: [boolean, string][] = [
    [params.format === 'car', 'adding CAR files'],
    [params.shard, 'sharded adding'],
    [params.noCopy, 'adding without a copy (nocopy)']
  ]
  for (const [asked, what] of missing) {
    if (asked) throw new ClusterError('ERR_NOT_IMPLEMENTED', `${what} is not there yet`)
  }
}

function refused(message: string): ClusterError {
  return new ClusterError('ERR_ADD_OPTION', message)
}
