import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readSource, throughGateway, withScheme } from '../../src/template/source.ts'

const CID_V0 = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const CID_V1 = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const PEER = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
const KEY = 'k51qzi5uqu5dgjzv6atjzxpdfwzo4lcdxfdbbnb1bsn6sdqvjtgimhydqe1z0i'

describe('where a configuration is', () => {
  it.each([
    ['http://example.org/a.json', 'http://example.org/a.json'],
    ['https://example.org/a.json?b', 'https://example.org/a.json?b'],
    ['example.org', 'http://gw:1/ipns/example.org'],
    [`/ipfs/${CID_V0}/service.json`, `http://gw:1/ipfs/${CID_V0}/service.json`],
    [`ipfs://${CID_V1}`, `http://gw:1/ipfs/${CID_V1}`],
    ['/ipns/example.org', 'http://gw:1/ipns/example.org'],
    ['ipns://example.org/a', 'http://gw:1/ipns/example.org/a'],
    [CID_V0, `http://gw:1/ipfs/${CID_V0}`],
    [`${CID_V1}/a`, `http://gw:1/ipfs/${CID_V1}/a`],
    [PEER, `http://gw:1/ipns/${PEER}`],
    [KEY, `http://gw:1/ipns/${KEY}`]
  ])('%s', (given, url) => {
    expect(readSource(given, 'gw:1').url).toBe(url)
    expect(readSource(given, 'http://gw:1/').url).toBe(url)
  })

  it('is told to the user where it is not a URL, in the words of the Go release for a domain', () => {
    expect(readSource('http://example.org', 'gw:1').notice).toBeUndefined()
    expect(readSource(CID_V0, 'gw:1').notice).toMatch(/^Qm\S+ will be read from IPFS: \/ipfs\/Qm\S+\.\n.*\(gw:1\)\.\n/)
    expect(readSource('a.b', 'gw:1').notice).toMatch(
      /^a\.b will be assumed to be an DNSLink-powered address: \/ipns\/a\.b\.\n/
    )
  })

  it('is always something that can be fetched', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (given) => {
        expect(readSource(given, '127.0.0.1:8080').url).toMatch(/^https?:\/\//)
      })
    )
  })

  it('has a scheme, also where the Go release has written none', () => {
    expect(withScheme('127.0.0.1:8080/ipns/a')).toBe('http://127.0.0.1:8080/ipns/a')
    expect(withScheme('https://a/b')).toBe('https://a/b')
  })
})

describe('the gateway of the embedded node', () => {
  it('stands in for the usual one of this machine, for IPFS alone', () => {
    const gateway = 'http://127.0.0.1:9'
    expect(throughGateway('http://127.0.0.1:8080/ipfs/a/b', gateway)).toBe('http://127.0.0.1:9/ipfs/a/b')
    expect(throughGateway('http://127.0.0.1:8080/ipns/a', gateway)).toBe('http://127.0.0.1:9/ipns/a')
    for (const other of [
      'http://127.0.0.1:8080/service.json',
      'http://127.0.0.1:80801/ipfs/a',
      'http://127.0.0.2:8080/ipfs/a',
      'https://example.org/ipfs/a',
      'http://127.0.0.1:8080'
    ]) {
      expect(throughGateway(other, gateway)).toBe(other)
    }
  })
})
