import { cidFromBytes, decodeBase32, encodeBase32Upper } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'

/** Key of a pin in the state: upper case base32 of the CID's bytes, no slash, no padding (spec: wire 4.5). */
export function pinKey(cid: CID): string {
  return encodeBase32Upper(cid.bytes)
}

/**
 * The CID that a key of the state stands for.
 *
 * @throws ClusterError `ERR_BAD_CID`, SyntaxError when the key is not base32
 */
export function pinKeyToCid(key: string): CID {
  return cidFromBytes(decodeBase32(key))
}
