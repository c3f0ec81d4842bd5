import { multiaddr } from '@multiformats/multiaddr'
import { BoundedCache, ClusterError } from '@ipfs-cluster/api'
import type { Multiaddr } from '@ipfs-cluster/api'

/** Addresses of the peers and of their IPFS nodes, and origins that many pins share. */
const CACHE_SIZE = 2048

const bytesByText = new BoundedCache<Multiaddr, Uint8Array>(CACHE_SIZE)
const textByBytes = new BoundedCache<string, Multiaddr>(CACHE_SIZE)

/**
 * The binary form of a multiaddress. The result is shared: do not write to it.
 *
 * @throws ClusterError `ERR_BAD_MULTIADDR`
 */
export function multiaddrToBytes(text: Multiaddr): Uint8Array {
  const known = bytesByText.get(text)
  if (known !== undefined) return known
  const bytes = attempt(() => multiaddr(text).bytes)
  if (bytes.length === 0) throw new ClusterError('ERR_BAD_MULTIADDR', 'empty multiaddr')
  bytesByText.set(text, bytes)
  return bytes
}

/**
 * The text of a multiaddress in binary form.
 *
 * @throws ClusterError `ERR_BAD_MULTIADDR`
 */
export function multiaddrFromBytes(bytes: Uint8Array): Multiaddr {
  if (bytes.length === 0) throw new ClusterError('ERR_BAD_MULTIADDR', 'empty multiaddr')
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const known = textByBytes.get(key)
  if (known !== undefined) return known
  const text = attempt(() => multiaddr(new Uint8Array(bytes)).toString())
  textByBytes.set(key, text)
  return text
}

function attempt<T>(convert: () => T): T {
  try {
    return convert()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'malformed'
    throw new ClusterError('ERR_BAD_MULTIADDR', `not a multiaddress: ${reason}`, { cause })
  }
}
