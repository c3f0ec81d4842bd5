import { describe, expect, it } from '@jest/globals'
import { formatPeerstore, parsePeerstore } from '../../src/network/peerstore-file.ts'

const A = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
const B = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'

describe('the peerstore file', () => {
  it('gives peers in the order of their first line, with all their addresses', () => {
    const text = `/ip4/10.0.0.2/tcp/9096/p2p/${B}\n\n# a note\n/dns4/a.example/tcp/9096/p2p/${A}\n/ip4/10.0.0.3/tcp/9096/p2p/${B}\n`
    expect(parsePeerstore(text)).toEqual([
      { peer: B, addresses: ['/ip4/10.0.0.2/tcp/9096', '/ip4/10.0.0.3/tcp/9096'] },
      { peer: A, addresses: ['/dns4/a.example/tcp/9096'] }
    ])
  })

  it('reports lines that are no address of a peer and goes on', () => {
    const bad: string[] = []
    const text = `/ip4/10.0.0.2/tcp/9096\n/what/1\n/ip4/10.0.0.2/tcp/9096/p2p/${A}`
    expect(parsePeerstore(text, (line) => bad.push(line))).toEqual([{ peer: A, addresses: ['/ip4/10.0.0.2/tcp/9096'] }])
    expect(bad).toEqual(['/ip4/10.0.0.2/tcp/9096', '/what/1'])
  })

  it('keeps only the names of a peer that has one', () => {
    const peers = [
      { peer: A, addresses: ['/ip4/10.0.0.1/tcp/9096', '/dns4/a.example/tcp/9096'] },
      { peer: B, addresses: ['/ip4/10.0.0.2/tcp/9096'] }
    ]
    expect(formatPeerstore(peers)).toBe(`/dns4/a.example/tcp/9096/p2p/${A}\n/ip4/10.0.0.2/tcp/9096/p2p/${B}\n`)
  })

  it('reads what it writes', () => {
    const peers = [{ peer: A, addresses: ['/ip4/10.0.0.1/tcp/9096', '/ip6/::1/tcp/1'] }]
    expect(parsePeerstore(formatPeerstore(peers))).toEqual(peers)
  })
})
