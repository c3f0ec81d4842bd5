import { createHash, hash } from 'node:crypto'
import { blake2b, blake2s } from '@noble/hashes/blake2.js'
import { blake3 } from '@noble/hashes/blake3.js'
import { keccak_224, keccak_256, keccak_384, keccak_512 } from '@noble/hashes/sha3.js'
import { HASH_CODES } from '../ipfs/multicodec.ts'

/** A hash function of CIDs. Synchronous: a digest of a block takes less time than a promise for it costs. */
export interface Hasher {
  /** Code of the multihash function. */
  readonly code: number
  digest(data: Uint8Array): Uint8Array
  /** The digest of all pieces together. */
  digestOf(parts: readonly Uint8Array[]): Uint8Array
}

type Digest = Hasher['digest']

/** Node's own functions are written for the processor, and by the names that it has for them; the others come from a library. */
const NODE_ALGORITHMS: Readonly<Record<string, { algorithm: string; outputLength?: number }>> = {
  sha1: { algorithm: 'sha1' },
  'sha2-256': { algorithm: 'sha256' },
  'sha2-512': { algorithm: 'sha512' },
  'sha3-224': { algorithm: 'sha3-224' },
  'sha3-256': { algorithm: 'sha3-256' },
  'sha3-384': { algorithm: 'sha3-384' },
  'sha3-512': { algorithm: 'sha3-512' },
  'shake-128': { algorithm: 'shake128', outputLength: 32 },
  'shake-256': { algorithm: 'shake256', outputLength: 64 },
  'blake2b-512': { algorithm: 'blake2b512' },
  'blake2s-256': { algorithm: 'blake2s256' },
  md5: { algorithm: 'md5' }
}

const DIGESTS: Readonly<Record<string, Digest>> = {
  'keccak-224': keccak_224,
  'keccak-256': keccak_256,
  'keccak-384': keccak_384,
  'keccak-512': keccak_512,
  blake3,
  'dbl-sha2-256': (data) => sha256(sha256(data))
}

/** The hash function of that name, as `ipfs cid hashes` lists them; undefined when there is none that can hash files. */
export function hasherOf(name: string): Hasher | undefined {
  const code = HASH_CODES.get(name)
  if (code === undefined) return undefined
  const native = NODE_ALGORITHMS[name]
  if (native !== undefined) return { code, ...nodeHasher(native) }
  const digest = DIGESTS[name] ?? blake2(name)
  return digest && { code, digest, digestOf: (parts) => digest(Buffer.concat(parts)) }
}

function nodeHasher({ algorithm, ...options }: { algorithm: string; outputLength?: number }): Omit<Hasher, 'code'> {
  return {
    digest: (data) => hash(algorithm, data, { outputEncoding: 'buffer', ...options }),
    digestOf: (parts) => {
      const state = createHash(algorithm, options)
      for (const part of parts) state.update(part)
      return state.digest()
    }
  }
}

function sha256(data: Uint8Array): Uint8Array {
  return hash('sha256', data, 'buffer')
}

/** BLAKE2 of any length of whole bytes, e.g. `blake2b-256`. */
function blake2(name: string): Digest | undefined {
  const [, kind, bits] = /^blake2([bs])-(\d+)$/.exec(name) ?? []
  if (kind === undefined) return undefined
  const options = { dkLen: Number(bits) / 8 }
  return kind === 'b' ? (data) => blake2b(data, options) : (data) => blake2s(data, options)
}
