import { CID } from 'multiformats/cid'

/**
 * A CID as a map key: its bytes, one character each. With a million of them in memory this matters: 56 bytes where
 * the text form takes 80 and a CID object some 700.
 */
export type CidKey = string

export function keyOfCid(cid: CID): CidKey {
  return Buffer.from(cid.bytes.buffer, cid.bytes.byteOffset, cid.bytes.byteLength).toString('latin1')
}

export function cidOfKey(key: CidKey): CID {
  return CID.decode(new Uint8Array(Buffer.from(key, 'latin1')))
}
