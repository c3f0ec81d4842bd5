import { hash } from 'node:crypto'
import { blake2b, blake2s } from '@noble/hashes/blake2.js'
import { blake3 } from '@noble/hashes/blake3.js'
import { keccak_224, keccak_256, keccak_384, keccak_512 } from '@noble/hashes/sha3.js'
import { HASH_CODES } from '../ipfs/multicodec.ts'

/** A hash function of CIDs. Synchronous: a digest of a block takes less time than a promise for it costs. */
export interface Hasher {
  /** Code of the multihash function. */
  readonly code: number
  digest(data: Uint8Array): Uint8Array
}

type Digest = Hasher['digest']

/** Node's own functions are written for the processor; the others come from a library. */
const node =
  (algorithm: string, outputLength?: number): Digest =>
  (data) =>
    hash(algorithm, data, { outputEncoding: 'buffer', ...(outputLength === undefined ? {} : { outputLength }) })

const sha256 = node('sha256')

const DIGESTS: Readonly<Record<string, Digest>> = {
  sha1: node('sha1'),
  'sha2-256': sha256,
  'sha2-512': node('sha512'),
  'sha3-224': node('sha3-224'),
  'sha3-256': node('sha3-256'),
  'sha3-384': node('sha3-384'),
  'sha3-512': node('sha3-512'),
  'shake-128': node('shake128', 32),
  'shake-256': node('shake256', 64),
  'keccak-224': keccak_224,
  'keccak-256': keccak_256,
  'keccak-384': keccak_384,
  'keccak-512': keccak_512,
  'blake2b-512': node('blake2b512'),
  'blake2s-256': node('blake2s256'),
  blake3,
  'dbl-sha2-256': (data) => sha256(sha256(data)),
  md5: node('md5')
}

/** The hash function of that name, as `ipfs cid hashes` lists them; undefined when there is none that can hash files. */
export function hasherOf(name: string): Hasher | undefined {
  const code = HASH_CODES.get(name)
  const digest = DIGESTS[name] ?? blake2(name)
  return code === undefined || digest === undefined ? undefined : { code, digest }
}

/** BLAKE2 of any length of whole bytes, e.g. `blake2b-256`. */
function blake2(name: string): Digest | undefined {
  const [, kind, bits] = /^blake2([bs])-(\d+)$/.exec(name) ?? []
  if (kind === undefined) return undefined
  const options = { dkLen: Number(bits) / 8 }
  return kind === 'b' ? (data) => blake2b(data, options) : (data) => blake2s(data, options)
}
