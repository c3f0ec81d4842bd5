import { describe, expect, it } from '@jest/globals'
import { isReachable } from '../../src/cluster/ipfs-identity.ts'
import { formatPing, parsePing } from '../../src/cluster/metrics.ts'

describe('addresses worth telling', () => {
  it.each([
    '/ip4/10.0.0.1/tcp/4001',
    '/ip4/192.168.1.2/udp/4001/quic-v1',
    '/ip4/8.8.8.8/tcp/1',
    '/ip6/2001:db8::1/tcp/4001',
    '/ip6/fd00::1/tcp/4001',
    '/dns4/example.com/tcp/443',
    '/dnsaddr/example.com'
  ])('%s', (address) => expect(isReachable(address)).toBe(true))

  it.each([
    '/ip4/127.0.0.1/tcp/4001',
    '/ip4/0.0.0.0/tcp/4001',
    '/ip4/169.254.1.1/tcp/4001',
    '/ip4/224.0.0.251/udp/5353',
    '/ip6/::1/tcp/4001',
    '/ip6/::/tcp/4001',
    '/ip6/fe80::1/tcp/4001',
    '/ip6/ff02::1/udp/1',
    '/unix/tmp/socket',
    '/p2p-circuit',
    'nonsense',
    ''
  ])('not %j', (address) => expect(isReachable(address)).toBe(false))
})

describe('a ping', () => {
  it('leaves out what is empty', () => {
    expect(formatPing({ peername: '', ipfsId: '', ipfsAddresses: [] })).toBe('{}')
    expect(parsePing('{"peer_name":"a"}')).toEqual({ peername: 'a', ipfsId: '', ipfsAddresses: [] })
  })

  it.each(['', 'null', '[]', '5', '{"peer_name":5,"ipfs_id":{},"ipfs_addresses":"x"}'])(
    'can be anything: %j',
    (text) => {
      expect(parsePing(text)).toEqual({ peername: '', ipfsId: '', ipfsAddresses: [] })
    }
  )
})
