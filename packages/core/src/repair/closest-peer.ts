import { peerIdToBytes } from '@ipfs-cluster/api'
import type { PeerId } from '@ipfs-cluster/api'
import { blake2b } from '@noble/hashes/blake2.js'
import type { CID } from 'multiformats/cid'

/**
 * Decides which peer does what is to be done once for a CID, without asking: the one whose hash is nearest to that of
 * the CID (spec: wire 9.5).
 *
 * @param others - the other peers that would do it as well
 * @returns whether it is this peer
 */
export function closestPeer(self: PeerId, others: readonly PeerId[]): (cid: CID) => boolean {
  const own = hash(peerIdToBytes(self))
  const hashes = others.map((peer) => hash(peerIdToBytes(peer)))
  return (cid) => {
    if (hashes.length === 0) return true
    const target = hash(cid.bytes)
    return hashes.every((each) => isNotFarther(own, each, target))
  }
}

function hash(bytes: Uint8Array): Uint8Array {
  return blake2b(bytes, { dkLen: 32 })
}

/** By the XOR of the hashes as a big-endian number. */
function isNotFarther(a: Uint8Array, b: Uint8Array, target: Uint8Array): boolean {
  for (let i = 0; i < target.length; i++) {
    const byte = target[i] ?? 0
    const difference = ((a[i] ?? 0) ^ byte) - ((b[i] ?? 0) ^ byte)
    if (difference !== 0) return difference < 0
  }
  return true
}
