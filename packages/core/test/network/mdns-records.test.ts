import { describe, expect, it } from '@jest/globals'
import { answerRecords, peersInRecords, SERVICE } from '../../src/network/mdns/records.ts'

const PEER = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
const SELF = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
const NAME = `abc.${SERVICE}`

describe('records of the local network', () => {
  it('have what Go peers ask for: one text of all addresses, a host and its IP address', () => {
    const addresses = ['/ip4/10.0.0.1/tcp/9096', '/ip6/fe80::1/tcp/9096', '/ip4/10.0.0.1/tcp/9097/ws']
    const { answers, additionals } = answerRecords(
      'abc',
      addresses.map((address) => `${address}/p2p/${PEER}`)
    )
    expect(answers).toMatchObject([{ type: 'PTR', name: '_ipfs-cluster-discovery._udp.local', data: NAME }])
    expect(additionals).toMatchObject([
      { type: 'SRV', name: NAME, data: { target: 'abc.local' } },
      {
        type: 'TXT',
        name: NAME,
        data: [`dnsaddr=/ip4/10.0.0.1/tcp/9096/p2p/${PEER}`, `dnsaddr=/ip6/fe80::1/tcp/9096/p2p/${PEER}`]
      },
      { type: 'A', name: 'abc.local', data: '10.0.0.1' },
      { type: 'AAAA', name: 'abc.local', data: 'fe80::1' }
    ])
  })

  it('are read from one text with several addresses and from several texts', () => {
    const text = (address: string): Buffer => Buffer.from(`dnsaddr=${address}/p2p/${PEER}`)
    const records = [
      { type: 'TXT', name: NAME, data: [text('/ip4/10.0.0.1/tcp/1'), text('/ip4/10.0.0.2/tcp/1')] },
      { type: 'TXT', name: NAME, data: text('/ip4/10.0.0.3/tcp/1') },
      { type: 'TXT', name: NAME, data: `dnsaddr=/ip4/10.0.0.9/tcp/1/p2p/${SELF}` }
    ]
    expect(peersInRecords(records, SELF)).toEqual([
      { peer: PEER, addresses: ['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/1', '/ip4/10.0.0.3/tcp/1'] }
    ])
  })

  it('may hold anything', () => {
    const records = [
      { type: 'TXT', name: NAME, data: ['dnsaddr=', 'dnsaddr=/what', 'x', Buffer.from([0xff, 0])] },
      { type: 'TXT', name: NAME },
      { type: 'TXT', name: '_other._udp.local', data: `dnsaddr=/ip4/10.0.0.1/tcp/1/p2p/${PEER}` },
      { type: 'A', data: 7 },
      { type: 'TXT' }
    ]
    expect(peersInRecords(records, SELF)).toEqual([])
  })
})
