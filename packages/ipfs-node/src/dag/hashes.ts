import { hash as nodeHash } from 'node:crypto'
import { blake2b } from '@noble/hashes/blake2.js'
import { blake3 } from '@noble/hashes/blake3.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { CID } from 'multiformats/cid'
import type { Link, MultihashHasher } from 'multiformats'
import { create as createDigest } from 'multiformats/hashes/digest'
import type { Digest } from 'multiformats/hashes/digest'
import { KuboError } from '../errors.ts'

type HashFunction = (bytes: Uint8Array) => Uint8Array

const openssl =
  (algorithm: string): HashFunction =>
  (bytes) =>
    nodeHash(algorithm, bytes, 'buffer')

const sha256 = openssl('sha256')

/** The hash functions of blocks, by their name in the multicodec table. */
const FUNCTIONS: Record<string, { code: number; run: HashFunction }> = {
  identity: { code: 0x00, run: (bytes) => bytes },
  sha1: { code: 0x11, run: openssl('sha1') },
  'sha2-256': { code: 0x12, run: sha256 },
  'sha2-512': { code: 0x13, run: openssl('sha512') },
  'sha3-512': { code: 0x14, run: openssl('sha3-512') },
  'sha3-384': { code: 0x15, run: openssl('sha3-384') },
  'sha3-256': { code: 0x16, run: openssl('sha3-256') },
  'sha3-224': { code: 0x17, run: openssl('sha3-224') },
  'keccak-256': { code: 0x1b, run: (bytes) => keccak_256(bytes) },
  blake3: { code: 0x1e, run: (bytes) => blake3(bytes) },
  'dbl-sha2-256': { code: 0x56, run: (bytes) => sha256(sha256(bytes)) },
  'blake2b-256': { code: 0xb220, run: (bytes) => blake2b(bytes, { dkLen: 32 }) },
  'blake2b-512': { code: 0xb240, run: openssl('blake2b512') }
}

const BY_CODE = new Map(Object.values(FUNCTIONS).map(({ code, run }) => [code, run]))

/** Code of a hash function, undefined when the name is unknown here. */
export function hashCode(name: string): number | undefined {
  return FUNCTIONS[name.toLowerCase()]?.code
}

/**
 * Hashes bytes.
 *
 * @param length bytes of the digest to keep; all when undefined
 */
export function digest(bytes: Uint8Array, code: number, length?: number): Digest<number, number> {
  const run = BY_CODE.get(code)
  if (run === undefined)
    throw new KuboError(`unknown multihash code 0x${code.toString(16)}: blocks with it cannot be checked`)
  const full = run(bytes)
  return createDigest(code, length === undefined ? full : full.subarray(0, length))
}

/** Whether bytes can be checked against the CID. */
export function isKnownHash(cid: CID): boolean {
  return BY_CODE.has(cid.multihash.code)
}

/** Whether the bytes are those that the CID names. */
export function matches(cid: CID, bytes: Uint8Array): boolean {
  const { code, digest: expected } = cid.multihash
  return Buffer.compare(digest(bytes, code, expected.length).digest, expected) === 0
}

/** @throws KuboError when the bytes are not those that the CID names */
export function assertMatches(cid: CID, bytes: Uint8Array): void {
  if (!matches(cid, bytes)) throw new KuboError(`mismatch in content integrity, name: ${cid.toString()}`)
}

/** The hasher of a code, as Helia's parts ask for it. */
export function hasherOf(code: number): MultihashHasher {
  return {
    name: Object.keys(FUNCTIONS).find((name) => FUNCTIONS[name]?.code === code) ?? String(code),
    code,
    encode: (bytes) => digest(bytes, code).digest,
    digest: (bytes, options) => digest(bytes, code, options?.truncate)
  }
}

/** The same CID as a class instance: what other copies of the library decode has only its shape. */
export function toCid(link: Link | CID): CID {
  return CID.asCID(link) ?? CID.decode(link.bytes)
}
