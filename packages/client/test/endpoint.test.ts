import { describe, expect, it } from '@jest/globals'
import { authority, isPeerAddress, originOf, parseEndpoint } from '../src/index.ts'

const PEER = '12D3KooWKmHBwzDQUeKJhWjDEuDmvwCApkFrFRLWRuqmCCPT2eSG'

describe('parseEndpoint', () => {
  it.each([
    ['/ip4/127.0.0.1/tcp/9094', 'http://127.0.0.1:9094'],
    ['/ip4/127.0.0.1', 'http://127.0.0.1'],
    ['/ip6/::1/tcp/9094', 'http://[::1]:9094'],
    ['/dns4/example.org/tcp/443/https', 'https://example.org:443'],
    ['/dns/example.org/tcp/443/tls/http', 'https://example.org:443'],
    ['/unix/run/cluster/api.sock', 'http+unix://restapi']
  ])('finds in %s %s', (address, origin) => {
    expect(originOf(parseEndpoint(address))).toBe(origin)
  })

  it('knows the family of a name and the path of a socket', () => {
    expect(parseEndpoint('/dns4/a.example/tcp/1')).toMatchObject({ family: 4, isName: true })
    expect(parseEndpoint('/dns/a.example/tcp/1').family).toBeUndefined()
    expect(parseEndpoint('/unix/run/cluster/api.sock').unixPath).toBe('/run/cluster/api.sock')
  })

  it('speaks TLS when told to', () => {
    const endpoint = parseEndpoint('/ip4/10.0.0.1/tcp/1', { tls: true })
    expect([endpoint.scheme, authority(endpoint)]).toEqual(['https', '10.0.0.1:1'])
  })

  it.each([
    ['127.0.0.1:9094', 'must begin with /'],
    [' /ip4/127.0.0.1/tcp/1', 'must begin with /'],
    ['/ip4/1.2.3/tcp/1', 'invalid value'],
    ['/ip4/127.0.0.1/tcp/99999', 'invalid value'],
    ['/nonsense/x', 'unknown protocol nonsense'],
    [`/p2p/${PEER}`, 'leads to no HTTP API']
  ])('refuses %s: %s', (address, reason) => {
    expect(() => parseEndpoint(address)).toThrow(reason)
  })

  it('tells addresses of libp2p', () => {
    expect(isPeerAddress(`/ip4/1.2.3.4/tcp/1/p2p/${PEER}`)).toBe(true)
    expect(isPeerAddress('/dnsaddr/example.org')).toBe(true)
    expect(isPeerAddress('/ip4/1.2.3.4/tcp/1')).toBe(false)
  })
})
