import { cidToText, ClusterError } from '@ipfs-cluster/api'
import { equals } from 'multiformats/bytes'
import * as Digest from 'multiformats/hashes/digest'
import { CID } from 'multiformats/cid'
import { codecName, hashName } from '../../ipfs/multicodec.ts'
import { hasherOf } from '../hashers.ts'
import type { Block } from '../../ipfs/interface.ts'

/** Of a digest that is shorter, many blocks have the same; IPFS nodes refuse them. */
const MIN_DIGEST_BYTES = 20

/**
 * Checks that a block is what its CID says.
 *
 * @throws ClusterError `ERR_BAD_CAR`, also when the codec or the hash function is none that a node would know
 */
export function verifyBlock({ cid, data }: Block): void {
  if (codecName(cid) === undefined) {
    throw new ClusterError('ERR_BAD_CAR', `block ${cidToText(cid)}: no decoder for codec 0x${cid.code.toString(16)}`)
  }
  const digest = digestOf(cid, data)
  if (hashName(cid) !== 'identity' && cid.multihash.size < MIN_DIGEST_BYTES) {
    throw new ClusterError(
      'ERR_BAD_CAR',
      `block ${cidToText(cid)}: a digest of ${cid.multihash.size} bytes is too short`
    )
  }
  if (equals(digest, cid.multihash.digest)) return
  const found = cidToText(CID.create(cid.version, cid.code, Digest.create(cid.multihash.code, digest)))
  throw new ClusterError('ERR_BAD_CAR', `mismatch in content integrity, name: ${cidToText(cid)}, data: ${found}`)
}

/** The digest of the data in the manner of that CID: some take the first bytes only. */
function digestOf(cid: CID, data: Uint8Array): Uint8Array {
  const name = hashName(cid) ?? ''
  if (name === 'identity') return data
  const hasher = hasherOf(name)
  if (hasher === undefined) {
    const code = `0x${cid.multihash.code.toString(16)}`
    throw new ClusterError('ERR_BAD_CAR', `block ${cidToText(cid)}: hash function ${code} is not known`)
  }
  return hasher.digest(data).subarray(0, cid.multihash.size)
}
