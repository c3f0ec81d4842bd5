import { expect, it } from '@jest/globals'
import { announceFilter } from '../../src/network/announce-filter.ts'

it('keeps away whole addresses and those of a network', () => {
  const mayTell = announceFilter(['/ip4/1.2.3.4/tcp/9096', '/ip4/10.0.0.0/ipcidr/8', '/ip6/fd00::/ipcidr/8'])
  const told = [
    '/ip4/1.2.3.4/tcp/9096',
    '/ip4/1.2.3.4/tcp/9097',
    '/ip4/10.200.0.1/tcp/9096',
    '/ip4/11.0.0.1/tcp/9096',
    '/ip6/fd12::1/tcp/9096',
    '/ip6/2001:db8::1/tcp/9096',
    '/dns4/a.example/tcp/9096'
  ].filter(mayTell)
  expect(told).toEqual([
    '/ip4/1.2.3.4/tcp/9097',
    '/ip4/11.0.0.1/tcp/9096',
    '/ip6/2001:db8::1/tcp/9096',
    '/dns4/a.example/tcp/9096'
  ])
})
