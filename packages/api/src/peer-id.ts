import { BoundedCache } from './bounded-cache.ts'
import { parseCid } from './cid.ts'
import { decodeBase58, encodeBase58 } from './encoding/base58.ts'
import { ClusterError } from './errors.ts'
import type { PeerId } from './peer.ts'

/** A cluster has tens of peers and the IPFS nodes behind them some hundreds of neighbours. */
const CACHE_SIZE = 2048

/** libp2p-key, the codec of a peer ID that is written as a CID. */
const LIBP2P_KEY = 0x72

/** The longest multihash that is taken for a peer ID; an Ed25519 key makes 38 bytes, an RSA one 34. */
const MAX_BYTES = 512

const bytesByText = new BoundedCache<PeerId, Uint8Array>(CACHE_SIZE)

/** Texts by a hash of the bytes: one slot per hash, so the size is fixed and nothing need be evicted. */
const textSlots = Array.from<unknown, { bytes: Uint8Array; text: PeerId } | undefined>(
  { length: CACHE_SIZE },
  () => undefined
)

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
  const known = textSlots[slot]
  if (known !== undefined && sameBytes(known.bytes, bytes)) return known.text
  checkMultihash(bytes)
  const text = encodeBase58(bytes)
  textSlots[slot] = { bytes: bytes.slice(), text }
  return text
}

/**
 * Reads a peer ID in any of its text forms and gives the usual one.
 *
 * @throws ClusterError `ERR_BAD_PEER_ID`
 */
export function parsePeerId(text: string): PeerId {
  return isUsualForm(text) && bytesByText.get(text) !== undefined ? text : peerIdFromBytes(peerIdToBytes(text))
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

function multihashOfCid(text: string): Uint8Array {
  const cid = parseCid(text)
  if (cid.code !== LIBP2P_KEY) throw new SyntaxError(`can't convert CID of type ${cid.code} to a peer ID`)
  return cid.multihash.bytes
}

/** Both codes below 128, as those of every key are: a one-byte hash code, a one-byte length that fits. */
function checkMultihash(bytes: Uint8Array): void {
  const size = bytes[1]
  if (size === undefined) throw new ClusterError('ERR_BAD_PEER_ID', 'multihash too short. must be >= 2 bytes')
  if (bytes.length > MAX_BYTES || (bytes[0] ?? 128) >= 128 || size !== bytes.length - 2) {
    throw new ClusterError('ERR_BAD_PEER_ID', 'multihash length inconsistent')
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
