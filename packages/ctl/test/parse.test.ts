import { describe, expect, it } from '@jest/globals'
import { Time } from '@ipfs-cluster/api'
import { readExpiry, readMetadata, readPath, splitPeers } from '../src/parse.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const PEER = '12D3KooWKmHBwzDQUeKJhWjDEuDmvwCApkFrFRLWRuqmCCPT2eSG'

describe('readPath', () => {
  it.each([
    [CID, `/ipfs/${CID}`],
    [`${CID}/a/b.txt`, `/ipfs/${CID}/a/b.txt`],
    [`/ipfs/${CID}/a//./b/../c/`, `/ipfs/${CID}/a/c/`],
    [`/ipld/${CID}`, `/ipld/${CID}`],
    ['/ipns/example.org/x', '/ipns/example.org/x']
  ])('%s: %s', (text, expected) => {
    expect(readPath(text)).toBe(expected)
  })

  it.each([
    ['', 'error : invalid path "/ipfs/": path does not have enough components'],
    ['notacid', 'error : invalid path "/ipfs/notacid": invalid cid: selected encoding not supported'],
    ['/foo/bar', 'error : invalid path "/ipfs//foo/bar": invalid cid: '],
    ['/ipns', 'error : invalid path "/ipfs//ipns": invalid cid: ']
  ])('refuses %j', (text, message) => {
    expect(() => readPath(text)).toThrow(message)
  })
})

describe('the rest of the command line', () => {
  it('counts an expiry from now', () => {
    const now = (): Time => Time.parse('2026-11-21T09:36:40.25Z')
    expect(readExpiry('1h30m', now).toUnixNanoseconds()).toBe(now().toUnixNanoseconds() + 5_400_000_000_000n)
    expect(readExpiry('-5m', now).toUnixNanoseconds()).toBe(now().toUnixNanoseconds() - 300_000_000_000n)
    expect(readExpiry('').isZero).toBe(true)
    expect(() => readExpiry('1d')).toThrow('error parsing expire-in: time: unknown unit "d" in duration "1d"')
  })

  it('splits metadata at the first equals sign', () => {
    expect(readMetadata(['a=b=c', '__proto__=x', 'e='])).toEqual(JSON.parse('{"a":"b=c","__proto__":"x","e":""}'))
    expect(() => readMetadata(['nokv'])).toThrow('error parsing metadata: metadata were not in the format key=value')
  })

  it('sorts out peers', () => {
    expect(splitPeers('')).toEqual({ peers: null, unreadable: [] })
    expect(splitPeers(` ${PEER} ,xyz,`)).toEqual({ peers: [PEER], unreadable: ['xyz', ''] })
  })
})
