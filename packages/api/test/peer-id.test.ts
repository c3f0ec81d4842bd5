import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { comparePeerIds, parsePeerId, peerIdFromBytes, peerIdToBytes } from '../src/index.ts'

interface Identity {
  json_value: { id: string }
  extra: { peer_id_hex: string }
}

const identities = JSON.parse(readFileSync(new URL('fixtures/identities.json', import.meta.url), 'utf8')) as Identity[]
const known = identities.map(({ json_value, extra }) => [json_value.id, extra.peer_id_hex] as const)
const RSA = [
  'QmUZ13osndQ5uL4tPWHXe3iBgBgq9gfewcBMSCAuMBsDJ6',
  '12205c5016e5327488d2ab0b82d0ac6518116e4eebe8878cab414f2263e9e26798ff'
] as const

describe('peer IDs', () => {
  it.each([...known, RSA])('%s is its multihash', (text, hex) => {
    for (let round = 0; round < 2; round++) {
      expect(Buffer.from(peerIdToBytes(text)).toString('hex')).toBe(hex)
      expect(peerIdFromBytes(Buffer.from(hex, 'hex'))).toBe(text)
    }
  })

  it.each([...known, RSA])('%s can be written as a CID', (text, hex) => {
    const cid = CID.createV1(0x72, Digest.decode(Buffer.from(hex, 'hex'))).toString()
    expect(parsePeerId(cid)).toBe(text)
    expect(parsePeerId(text)).toBe(text)
  })

  it.each([
    ['', 'failed to parse peer ID: invalid cid: cid too short'],
    ['abc', 'failed to parse peer ID: invalid cid: selected encoding not supported'],
    ['12D3', 'failed to parse peer ID: multihash length inconsistent'],
    ['bafybeia5743r46dnk7y22e5xn66nmov7o3ci7pbn6igjxrxjwlk524o744', 'failed to parse peer ID: '],
    ['1'.repeat(100_000), 'failed to parse peer ID: ']
  ])('refuses %.60j', (text, message) => {
    expect(() => parsePeerId(text)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_PEER_ID', message: expect.stringContaining(message) })
    )
  })

  it('refuses bytes that are no hash of a key', () => {
    for (const hex of ['', '00', '0005', '1120', Buffer.from(RSA[0]).toString('hex')]) {
      expect(() => peerIdFromBytes(Buffer.from(hex, 'hex'))).toThrow(
        expect.objectContaining({ code: 'ERR_BAD_PEER_ID' })
      )
    }
  })

  it('gives each of many peers its own text', () => {
    for (let i = 0; i < 5000; i++) {
      const bytes = Uint8Array.from([0, 8, 8, 1, 18, 4, i >> 8, i & 255, 0, 0])
      expect(Buffer.from(peerIdToBytes(peerIdFromBytes(bytes)))).toEqual(Buffer.from(bytes))
    }
  })

  it('sorts by bytes', () => {
    const texts = known.map(([text]) => text).sort(comparePeerIds)
    const sorted = known.map(([, hex]) => hex).sort()
    expect(texts.map((text) => Buffer.from(peerIdToBytes(text)).toString('hex'))).toEqual(sorted)
  })
})
