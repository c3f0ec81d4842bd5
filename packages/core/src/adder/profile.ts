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
  /** Whether each file must say where it can be read. */
  noCopy: boolean
}

/**
 * Reads how content is to be added.
 *
 * @throws ClusterError `ERR_ADD_OPTION` with the words of the Go release
 */
export function importProfile(params: AddParams): ImportProfile {
  const { cidVersion, hash } = params
  if (cidVersion !== 0 && cidVersion !== 1) throw refused(`bad CID Version: unknown CID version: ${cidVersion}`)
  const hasher = hasherOf(hash.toLowerCase())
  if (hasher === undefined) throw refused('hash function name not known')
  if (cidVersion === 0 && hash.toLowerCase() !== 'sha2-256') throw refused('invalid cid: invalid v0 prefix')
  const { rawLeaves, layout, noCopy } = params
  return { cidVersion, hasher, rawLeaves, layout, chunker: parseChunker(params.chunker), noCopy }
}

function refused(message: string): ClusterError {
  return new ClusterError('ERR_ADD_OPTION', message)
}
