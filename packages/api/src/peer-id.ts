import { BoundedCache } from './bounded-cache.ts'
import { badCid, cidTextToBytes } from './cid-text.ts'
import { decodeBase58, encodeBase58 } from './encoding/base58.ts'
import { ClusterError } from './errors.ts'
import type { PeerId } from './peer.ts'

/** A cluster has tens of peers and the IPFS nodes behind them some hundreds of neighbours. */
const CACHE_SIZE = 2048

/** libp2p-key, the codec of a peer ID that is written as a CID. */
const LIBP2P_KEY = 0x72

/** Multihash codes of peer IDs. */
const IDENTITY = 0
const SHA2_256 = 0x12

/** What a length of one byte can say; an Ed25519 key makes 38 bytes, an RSA one 34. */
const MAX_BYTES = 129

const bytesByText = new BoundedCache<PeerId, Uint8Array>(CACHE_SIZE)

/** Texts by a hash of the bytes: one slot per hash, so the size is fixed and nothing need be evicted. Made on first use. */
let textSlots: ({ bytes: Uint8Array; text: PeerId } | undefined)[] | undefined

/**
 * The multihash of a peer ID in any of its text forms: `12D3KooW...`, `Qm...`, or a CIDv1 such as `bafz...`. The
 * result is shared: do not write to it.
 *
 * @throws ClusterError `ERR_BAD_PEER_ID`
 */
export function peerIdToBytes(peer: PeerId): Uint8Array {
  const known = bytesByText.get(peer)
  if (known !== undefined) return known
  const bytes = parse(peer)
  bytesByText.set(peer, bytes)
  return bytes
}

/**
 * The text of the peer ID with this multihash.
 *
 * @throws ClusterError `ERR_BAD_PEER_ID` when it is none
 */
export function peerIdFromBytes(bytes: Uint8Array): PeerId {
  const slot = slotOf(bytes)
  textSlots ??= new Array<undefined>(CACHE_SIZE).fill(undefined)
  const known = textSlots[slot]
  if (known !== undefined && sameBytes(known.bytes, bytes)) return known.text
  checkMultihash(bytes)
  const text = encodeBase58(bytes)
  textSlots[slot] = { bytes: new Uint8Array(bytes), text }
  return text
}

/**
 * Reads a peer ID in any of its text forms and gives the usual one.
 *
 * @throws ClusterError `ERR_BAD_PEER_ID`
 */
export function parsePeerId(text: string): PeerId {
  const bytes = peerIdToBytes(text)
  // Base58 has one text for each sequence of bytes, so what was read is the usual form already.
  return isUsualForm(text) ? text : peerIdFromBytes(bytes)
}

/** Order of peers in the Go release: by the bytes of their IDs. */
export function comparePeerIds(a: PeerId, b: PeerId): number {
  const left = peerIdToBytes(a)
  const right = peerIdToBytes(b)
  const shared = Math.min(left.length, right.length)
  for (let i = 0; i < shared; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function isUsualForm(text: string): boolean {
  return text.startsWith('Qm') || text.startsWith('1')
}

function parse(text: string): Uint8Array {
  try {
    const bytes = isUsualForm(text) ? decodeBase58(text) : multihashOfCid(text)
    checkMultihash(bytes)
    return bytes
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'malformed'
    throw new ClusterError('ERR_BAD_PEER_ID', `failed to parse peer ID: ${reason}`, { cause })
  }
}

/** The multihash in a CID of version 1; whether it is a right one is checked with that of any other form. */
function multihashOfCid(text: string): Uint8Array {
  const bytes = cidTextToBytes(text)
  const [version = 0, codec = 0] = bytes
  if (version !== 1) throw badCid(`expected 1 as the cid version number, got: ${version}`)
  if (codec !== LIBP2P_KEY) throw new SyntaxError("can't convert a CID of another type than libp2p-key to a peer ID")
  return bytes.subarray(2)
}

/**
 * The hash of a key is the key itself or its SHA-256, so text in place of bytes, which Go takes for an ID that nobody
 * has, is refused.
 */
function checkMultihash(bytes: Uint8Array): void {
  const [code, size] = bytes
  if (size === undefined) throw new ClusterError('ERR_BAD_PEER_ID', 'multihash too short. must be >= 2 bytes')
  if (bytes.length > MAX_BYTES || size !== bytes.length - 2) {
    throw new ClusterError('ERR_BAD_PEER_ID', 'multihash length inconsistent')
  }
  if (code !== IDENTITY && code !== SHA2_256) {
    throw new ClusterError('ERR_BAD_PEER_ID', `hash function ${code} makes no peer ID`)
  }
}

/** FNV-1a over the tail, which is the random part of a key. */
function slotOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (let i = Math.max(0, bytes.length - 6); i < bytes.length; i++)
    hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193)
  return (hash >>> 0) % CACHE_SIZE
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
