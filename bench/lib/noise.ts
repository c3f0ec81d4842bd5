import { createCipheriv } from 'node:crypto'

/** Bytes that no chunk shares with another, made faster than they are added. */
export function noise(seed: number, bytes: number): Uint8Array<ArrayBuffer> {
  const key = Buffer.alloc(16)
  key.writeUInt32LE(seed)
  return new Uint8Array(createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes)))
}
