import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { badCid, cidTextToBytes, isCidV0, isCidV0Text, isCommonCidV1 } from './cid-text.ts'

/**
 * Stands where the Go release sends or prints an undefined CID, in the few documents that may lack one: `null` in
 * JSON, nil in msgpack, absent in protobuf. Compare by identity with {@link isDefined}: a user's CID is never this
 * object, whatever its bytes.
 */
export const UNDEFINED_CID: CID = CID.createV1(0x55, Digest.create(0, new Uint8Array(0)))

/** Whether this is a real CID, not {@link UNDEFINED_CID}. */
export function isDefined(cid: CID): boolean {
  return cid !== UNDEFINED_CID
}

/**
 * The CID with these bytes, which are copied: what they came in is often a large buffer that would be kept alive.
 *
 * @throws ClusterError `ERR_BAD_CID`
 */
export function cidFromBytes(bytes: Uint8Array): CID {
  const copy = new Uint8Array(bytes)
  const common = commonCid(copy)
  if (common !== undefined) return common
  if (copy.length === 0) throw badCid('varints malformed, could not reach the end')
  if (copy[0] !== 1) throw badCid(`expected 1 as the cid version number, got: ${copy[0]}`)
  try {
    return CID.decode(copy)
  } catch (cause) {
    throw badCid(cause instanceof Error ? cause.message : 'malformed', cause)
  }
}

/**
 * Reads a CID of either version in any usual base.
 *
 * @throws ClusterError `ERR_BAD_CID`, with the words of the Go release where clients see them
 */
export function parseCid(text: string): CID {
  const cid = cidOfText(cidTextToBytes(text))
  if (cid.version === 0 && !isCidV0Text(text)) throw badCid('a version 0 CID has no multibase prefix')
  return cid
}

/** The same as {@link parseCid}, but undefined for what is no CID. */
export function tryParseCid(text: string): CID | undefined {
  try {
    return parseCid(text)
  } catch {
    return undefined
  }
}

/** Go puts the words before a complaint about the bytes twice. */
function cidOfText(bytes: Uint8Array): CID {
  try {
    return cidFromBytes(bytes)
  } catch (cause) {
    throw badCid(cause instanceof Error ? cause.message : 'malformed', cause)
  }
}

/** Version 1 with one-byte codec and hash codes, or version 0: nearly all there are, built without a general parser. */
function commonCid(bytes: Uint8Array): CID | undefined {
  if (isCidV0(bytes)) return new CID(0, 0x70, digestOf(bytes, 0), bytes)
  return isCommonCidV1(bytes) ? new CID(1, bytes[1] ?? 0, digestOf(bytes, 2), bytes) : undefined
}

function digestOf(bytes: Uint8Array, start: number): Digest.Digest<number, number> {
  const multihash = bytes.subarray(start)
  return new Digest.Digest(multihash[0] ?? 0, multihash[1] ?? 0, multihash.subarray(2), multihash)
}
