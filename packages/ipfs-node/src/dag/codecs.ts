import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import * as dagPb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import * as json from 'multiformats/codecs/json'
import * as raw from 'multiformats/codecs/raw'
import { KuboError } from '../errors.ts'

/** What turns a value of the data model into the bytes of a block, and back. */
export interface Codec {
  name: string
  code: number
  encode(value: unknown): Uint8Array
  decode(bytes: Uint8Array): unknown
}

/** Plain CBOR and JSON have no links; libp2p keys are opaque. */
const CBOR_CODE = 0x51
const LIBP2P_KEY_CODE = 0x72

const CODECS: Codec[] = [
  {
    name: 'dag-pb',
    code: dagPb.code,
    encode: (value) => dagPb.encode(dagPb.prepare(value)),
    decode: dagPb.decode
  },
  { name: 'dag-cbor', code: dagCbor.code, encode: dagCbor.encode, decode: dagCbor.decode },
  { name: 'dag-json', code: dagJson.code, encode: dagJson.encode, decode: dagJson.decode },
  { name: 'raw', code: raw.code, encode: (value) => raw.encode(value as Uint8Array), decode: raw.decode },
  { name: 'json', code: json.code, encode: json.encode, decode: json.decode },
  { name: 'cbor', code: CBOR_CODE, encode: dagCbor.encode, decode: dagCbor.decode },
  { name: 'libp2p-key', code: LIBP2P_KEY_CODE, encode: (value) => raw.encode(value as Uint8Array), decode: raw.decode }
]

const LINKLESS = new Set([raw.code, json.code, CBOR_CODE, LIBP2P_KEY_CODE])

/** @throws KuboError in Kubo's words when the code has no codec here */
export function codecByCode(code: number): Codec {
  const codec = CODECS.find((entry) => entry.code === code)
  if (codec !== undefined) return codec
  throw new KuboError(`no decoder registered for multicodec code ${code} (0x${code.toString(16)})`)
}

/** @throws KuboError in Kubo's words when the name is unknown */
export function codecByName(name: string): Codec {
  const codec = CODECS.find((entry) => entry.name === name)
  if (codec !== undefined) return codec
  throw new KuboError(`unknown multicodec: ${JSON.stringify(name)}`)
}

/** Whether blocks of this code can link to others at all. */
export function canLink(code: number): boolean {
  return !LINKLESS.has(code)
}

/**
 * The links of a block, in the order in which they stand in it, with a name in dag-pb.
 *
 * @throws KuboError when the codec is unknown or the bytes are not of it
 */
export function linksOf(cid: CID, bytes: Uint8Array): { name: string; cid: CID }[] {
  if (!canLink(cid.code)) return []
  if (cid.code === dagPb.code) {
    return decodePb(cid, bytes).Links.map(({ Name, Hash }) => ({ name: Name ?? '', cid: Hash }))
  }
  const found: { name: string; cid: CID }[] = []
  collect(decode(cid, bytes), found)
  return found
}

/** Decodes a block. @throws KuboError when it cannot be */
export function decode(cid: CID, bytes: Uint8Array): unknown {
  const codec = codecByCode(cid.code)
  try {
    return codec.decode(bytes)
  } catch (err) {
    throw new KuboError(`cannot decode ${cid.toString()}: ${(err as Error).message}`, { cause: err })
  }
}

/** Decodes a dag-pb block. @throws KuboError when it cannot be */
export function decodePb(cid: CID, bytes: Uint8Array): dagPb.PBNode {
  return decode(cid, bytes) as dagPb.PBNode
}

/** Bytes that {@link isPbLeaf} needs to see. */
export const PB_HEAD = 16

/**
 * Whether a dag-pb block of this size, of which these are the first bytes, is nothing but data. So the leaves of a
 * file, nearly all of it, need not be read to know that they have no links.
 */
export function isPbLeaf(head: Uint8Array, size: number): boolean {
  if (size === 0) return true
  const dataField = 0x0a
  if (head[0] !== dataField) return false
  let length = 0
  for (let i = 1, scale = 1; i < head.length; i++, scale *= 128) {
    const byte = head[i] ?? 0
    length += (byte & 0x7f) * scale
    if (byte < 0x80) return i + 1 + length === size
  }
  return false
}

function collect(value: unknown, into: { name: string; cid: CID }[]): void {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return
  const cid = CID.asCID(value)
  if (cid !== null) {
    into.push({ name: '', cid })
    return
  }
  for (const child of Object.values(value)) collect(child, into)
}
