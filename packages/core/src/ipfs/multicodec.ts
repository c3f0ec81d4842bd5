import type { CID } from 'multiformats/cid'

/** Names of the codecs that blocks come in (multicodec table). */
const CODEC_NAMES: Readonly<Record<number, string>> = {
  0x51: 'cbor',
  0x55: 'raw',
  0x70: 'dag-pb',
  0x71: 'dag-cbor',
  0x72: 'libp2p-key',
  0x78: 'git-raw',
  0x85: 'dag-jose',
  0x0129: 'dag-json',
  0x0200: 'json'
}

/** Codes of the multihash functions by the names that Go's go-multihash knows; BLAKE2 has one for each length. */
export const HASH_CODES: ReadonlyMap<string, number> = new Map([
  ['identity', 0x00],
  ['sha1', 0x11],
  ['sha2-256', 0x12],
  ['sha2-512', 0x13],
  ['sha3-512', 0x14],
  ['sha3-384', 0x15],
  ['sha3-256', 0x16],
  ['sha3-224', 0x17],
  ['shake-128', 0x18],
  ['shake-256', 0x19],
  ['keccak-224', 0x1a],
  ['keccak-256', 0x1b],
  ['keccak-384', 0x1c],
  ['keccak-512', 0x1d],
  ['blake3', 0x1e],
  ['dbl-sha2-256', 0x56],
  ['md5', 0xd5],
  ...sizes('blake2b', 0xb200, 64),
  ...sizes('blake2s', 0xb240, 32)
])

const HASH_NAMES: ReadonlyMap<number, string> = new Map(Array.from(HASH_CODES, ([name, code]) => [code, name]))

/** Name of a CID's codec, undefined when it has none that a node would know. */
export function codecName(cid: CID): string | undefined {
  return CODEC_NAMES[cid.code]
}

/** Name of a CID's hash function, undefined when it has none that a node would know. */
export function hashName(cid: CID): string | undefined {
  return HASH_NAMES.get(cid.multihash.code)
}

function sizes(name: string, base: number, most: number): [string, number][] {
  return Array.from({ length: most }, (_, i) => [`${name}-${(i + 1) * 8}`, base + i + 1])
}
