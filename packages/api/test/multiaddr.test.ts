import { describe, expect, it } from '@jest/globals'
import { multiaddrValue, parseMultiaddr } from '../src/index.ts'

const PEER = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'

describe('multiaddresses', () => {
  it('are taken apart', () => {
    expect(parseMultiaddr(`/ip6/::1/udp/4001/quic-v1/p2p/${PEER}/`)).toEqual([
      { protocol: 'ip6', value: '::1' },
      { protocol: 'udp', value: '4001' },
      { protocol: 'quic-v1', value: '' },
      { protocol: 'p2p', value: PEER }
    ])
    expect(parseMultiaddr('/unix/tmp/a.sock')).toEqual([{ protocol: 'unix', value: '/tmp/a.sock' }])
    expect(multiaddrValue(parseMultiaddr('/dns4/example.org/tcp/80'), 'tcp')).toBe('80')
    expect(multiaddrValue(parseMultiaddr('/dns4/example.org'), 'tcp')).toBeUndefined()
  })

  it.each([
    ['', 'must begin with /'],
    ['/', 'empty multiaddr'],
    ['ip4/1.2.3.4', 'must begin with /'],
    ['/nonsense/1', 'unknown protocol nonsense'],
    ['/constructor', 'unknown protocol constructor'],
    ['/ip4', 'unexpected end of multiaddr'],
    ['/ip4/1.2.3.400', 'invalid value "1.2.3.400" for protocol ip4'],
    ['/ip6/1.2.3.4', 'invalid value "1.2.3.4" for protocol ip6'],
    ['/ip4/1.2.3.4/tcp/70000', 'invalid value "70000" for protocol tcp'],
    ['/p2p/12D3', 'invalid value "12D3" for protocol p2p']
  ])('refuses %j', (text, reason) => {
    const error = expect.objectContaining({
      code: 'ERR_BAD_MULTIADDR',
      message: `failed to parse multiaddr "${text}": ${reason}`
    })
    expect(() => parseMultiaddr(text)).toThrow(error)
  })
})
