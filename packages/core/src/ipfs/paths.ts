import { ClusterError, parseCid } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'
import type { CID } from 'multiformats/cid'

const NAMESPACES: readonly string[] = ['ipfs', 'ipns', 'ipld']

/** A path of IPFS, checked and in its normal form. */
export interface IpfsPath {
  /** `/ipfs/bafy.../a/b`, without a slash at the end. */
  text: string
  /** The CID, when the path is nothing else: then there is nothing to resolve. */
  cid: CID | undefined
}

/**
 * Reads `/ipfs/<cid>/...`, `/ipns/<name>/...` and `/ipld/<cid>/...`; what is none of them is taken as what follows
 * `/ipfs/`.
 *
 * @throws ClusterError `ERR_BAD_REQUEST`
 */
export function parseIpfsPath(path: string): IpfsPath {
  const segments = path.split('/').filter((segment) => segment !== '')
  const namespace = path.startsWith('/') && NAMESPACES.includes(segments[0] ?? '') ? segments.shift() : 'ipfs'
  const [root, ...rest] = segments
  if (root === undefined) throw invalid(path, 'path does not have enough components')
  const text = `/${namespace}/${segments.join('/')}`
  if (namespace === 'ipns') return { text, cid: undefined }
  const cid = parseRoot(path, root)
  return { text, cid: rest.length === 0 ? cid : undefined }
}

function parseRoot(path: string, root: string): CID {
  try {
    return parseCid(root)
  } catch (cause) {
    throw invalid(path, messageOf(cause))
  }
}

function invalid(path: string, why: string): ClusterError {
  return new ClusterError('ERR_BAD_REQUEST', `invalid path ${JSON.stringify(path)}: ${why}`)
}
