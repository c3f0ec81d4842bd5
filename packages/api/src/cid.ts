import { base16, base16upper } from 'multiformats/bases/base16'
import { base32hex, base32hexupper } from 'multiformats/bases/base32'
import { base36, base36upper } from 'multiformats/bases/base36'
import { base64, base64pad, base64url, base64urlpad } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { decodeBase32, encodeBase32 } from './encoding/base32.ts'
import { decodeBase58, encodeBase58 } from './encoding/base58.ts'
import { ClusterError } from './errors.ts'

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

/** The text of a CID: base58btc for version 0, base32 for version 1. Faster than `cid.toString()`. */
export function cidToText(cid: CID): string {
  return cidBytesToText(cid.bytes)
}

/** The text of the CID with these bytes, which are taken to be right. */
export function cidBytesToText(bytes: Uint8Array): string {
  return isV0(bytes) ? encodeBase58(bytes) : `b${encodeBase32(bytes)}`
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
  if (text.length < 2) throw badCid('cid too short')
  const cid = cidOfText(decodeText(text))
  if (cid.version === 0 && !isV0Text(text)) throw badCid('a version 0 CID has no multibase prefix')
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

const OTHER_BASES = [
  base16,
  base16upper,
  base32hex,
  base32hexupper,
  base36,
  base36upper,
  base64,
  base64pad,
  base64url,
  base64urlpad
]

function decodeText(text: string): Uint8Array {
  try {
    if (isV0Text(text)) return decodeBase58(text)
    const prefix = text.charAt(0)
    if (prefix === 'b' || prefix === 'B') return decodeBase32(text, 1)
    if (prefix === 'z') return decodeBase58(text.slice(1))
    const base = OTHER_BASES.find((other) => other.prefix === prefix)
    if (base !== undefined) return (base.decoder.decode as (text: string) => Uint8Array)(text)
  } catch (cause) {
    throw badCid(cause instanceof Error ? cause.message : 'malformed', cause)
  }
  throw badCid('selected encoding not supported')
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
  if (isV0(bytes)) return new CID(0, 0x70, digestOf(bytes, 0), bytes)
  const [version = 0, codec = 128, , size = 128] = bytes
  if (version !== 1 || codec >= 128 || (bytes[2] ?? 128) >= 128 || size >= 128) return undefined
  return bytes.length === 4 + size ? new CID(1, codec, digestOf(bytes, 2), bytes) : undefined
}

function digestOf(bytes: Uint8Array, start: number): Digest.Digest<number, number> {
  const multihash = bytes.subarray(start)
  return new Digest.Digest(multihash[0] ?? 0, multihash[1] ?? 0, multihash.subarray(2), multihash)
}

function isV0(bytes: Uint8Array): boolean {
  return bytes.length === 34 && bytes[0] === 0x12 && bytes[1] === 0x20
}

function isV0Text(text: string): boolean {
  return text.length === 46 && text.startsWith('Qm')
}

function badCid(reason: string, cause?: unknown): ClusterError {
  return new ClusterError('ERR_BAD_CID', `invalid cid: ${reason}`, { cause })
}
