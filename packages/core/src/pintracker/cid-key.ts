import { cidFromBytes } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'

/**
 * A CID as a map key: its bytes, one character each. With a million of them in memory this matters: 56 bytes where
 * the text form takes 80 and a CID object some 700.
 */
export type CidKey = string

export function keyOfCid(cid: CID): CidKey {
  return keyOfBytes(cid.bytes)
}

/** The same for the bytes of a CID. */
export function keyOfBytes({ buffer, byteOffset, byteLength }: Uint8Array): CidKey {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}

/** The bytes of a CID, each as one character. */
export function bytesOfKey(key: CidKey): Uint8Array {
  return new Uint8Array(Buffer.from(key, 'latin1'))
}

export function cidOfKey(key: CidKey): CID {
  return cidFromBytes(Buffer.from(key, 'latin1'))
}
