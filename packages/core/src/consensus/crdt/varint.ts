import { ClusterError } from '@ipfs-cluster/api'

/** An unsigned number as a varint, the form of heights in the datastore. */
export function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

/** @throws ClusterError `ERR_DATASTORE_CORRUPT` when these bytes are not a varint of at most 53 bits */
export function decodeVarint(bytes: Uint8Array): number {
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale
    if (!Number.isSafeInteger(value)) break
    if (byte < 0x80) return value
    scale *= 0x80
  }
  throw new ClusterError('ERR_DATASTORE_CORRUPT', `${Buffer.from(bytes).toString('hex')} is not a height`)
}
