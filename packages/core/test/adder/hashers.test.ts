import { describe, expect, it } from '@jest/globals'
import { hasherOf } from '../../src/adder/hashers.ts'
import { cidToText } from '@ipfs-cluster/api'
import { file, noise, runAdd } from './support.ts'

// Digests of the three bytes `abc` as the specifications of the functions give them.
const ABC = [
  ['sha1', 0x11, 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['sha2-256', 0x12, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['dbl-sha2-256', 0x56, '4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358'],
  ['sha3-256', 0x16, '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
  ['keccak-256', 0x1b, '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
  ['shake-128', 0x18, '5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc8'],
  ['blake2b-256', 0xb220, 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319'],
  ['blake2s-256', 0xb260, '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982'],
  ['blake3', 0x1e, '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85'],
  ['md5', 0xd5, '900150983cd24fb0d6963f7d28e17f72']
] as const

describe('hash functions', () => {
  it.each(ABC)('%s', (name, code, digest) => {
    const hasher = hasherOf(name)
    expect(hasher?.code).toBe(code)
    expect(Buffer.from(hasher!.digest(Buffer.from('abc'))).toString('hex')).toBe(digest)
    const pieces = [Buffer.from('a'), Buffer.from(''), Buffer.from('bc')]
    expect(Buffer.from(hasher!.digestOf(pieces)).toString('hex')).toBe(digest)
  })

  it.each(['identity', 'foo', 'blake2b-7', 'blake2b-520', 'murmur3-x64-64', ''])('%p is none for files', (name) => {
    expect(hasherOf(name)).toBeUndefined()
  })

  it('name every node of a DAG', async () => {
    const content = file('d/f', noise(5000))
    const { sink, outputs } = await runAdd([content], { hash: 'BLAKE2B-256', cidVersion: 1, chunker: 'size-1000' })
    expect(sink.blocks).toHaveLength(7)
    for (const { cid } of sink.blocks) expect(cid.multihash.code).toBe(0xb220)
    expect(cidToText(outputs.at(-1)!.cid!)).toMatch(/^bafykbzac/)
  })
})
