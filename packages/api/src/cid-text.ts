import type { CID } from 'multiformats/cid'
import { decodeBase32, encodeBase32 } from './encoding/base32.ts'
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

/**
 * The same for the form that nearly all CIDs have, at once and without an error: base32, version 1, codes of one byte.
 *
 * @returns undefined for any other text, which may be a CID all the same
 */
export function commonCidTextToBytes(text: string): Uint8Array | undefined {
  if (!text.startsWith('b')) return undefined
  try {
    const bytes = decodeBase32(text, 1)
    return isCommonCidV1(bytes) ? bytes : undefined
  } catch {
    return undefined
  }
}

/** Whether these bytes are a CID of version 1 whose codes and length take a byte each, as nearly all do. */
export function isCommonCidV1(bytes: Uint8Array): boolean {
  const isShort = (bytes[1] ?? 0x80) < 0x80 && (bytes[2] ?? 0x80) < 0x80
  const size = bytes[3] ?? 0x80
  return bytes[0] === 1 && isShort && size < 0x80 && bytes.length === 4 + size
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
