import type { CID } from 'multiformats/cid'
import { encodeBase32 } from './encoding/base32.ts'
import { decodeBase58, encodeBase58 } from './encoding/base58.ts'
import { decodeMultibase } from './encoding/multibase.ts'
import { ClusterError } from './errors.ts'

// Apart from what makes CIDs, which takes longer to load: a peer ID and a request need no more than this.

/** The text of a CID: base58btc for version 0, base32 for version 1. Faster than `cid.toString()`. */
export function cidToText(cid: CID): string {
  return cidBytesToText(cid.bytes)
}

/** The text of the CID with these bytes, which are taken to be right. */
export function cidBytesToText(bytes: Uint8Array): string {
  return isCidV0(bytes) ? encodeBase58(bytes) : `b${encodeBase32(bytes)}`
}

/**
 * The bytes of the text of a CID of either version, in any usual base. Whether they make a CID is not looked at.
 *
 * @throws ClusterError `ERR_BAD_CID`, with the words of the Go release where clients see them
 */
export function cidTextToBytes(text: string): Uint8Array {
  if (text.length < 2) throw badCid('cid too short')
  let bytes
  try {
    bytes = isCidV0Text(text) ? decodeBase58(text) : decodeMultibase(text)
  } catch (cause) {
    throw badCid(cause instanceof Error ? cause.message : 'malformed', cause)
  }
  if (bytes === undefined) throw badCid('selected encoding not supported')
  return bytes
}

/** Whether these bytes are a CID of version 0: a bare SHA-256. */
export function isCidV0(bytes: Uint8Array): boolean {
  return bytes.length === 34 && bytes[0] === 0x12 && bytes[1] === 0x20
}

/** Whether a text has the form of a CID of version 0. */
export function isCidV0Text(text: string): boolean {
  return text.length === 46 && text.startsWith('Qm')
}

/** What is no CID, and why. */
export function badCid(reason: string, cause?: unknown): ClusterError {
  return new ClusterError('ERR_BAD_CID', `invalid cid: ${reason}`, { cause })
}
