import type { Multiaddr, PeerId } from '@ipfs-cluster/api'
import { parseMultiaddr, parsePeerId } from '@ipfs-cluster/api'

/** A known peer: how to reach it, and when to try. */
export interface KnownPeer {
  peer: PeerId
  /** Without the closing `/p2p/`. */
  addresses: Multiaddr[]
}

/**
 * Reads the text of a `peerstore` file: a multiaddress with `/p2p/` in each line. Lines that are empty or do not begin
 * with a slash are passed over, as are addresses that cannot be parsed, which are reported. The order of the peers is that
 * of their first line: it is their priority.
 */
export function parsePeerstore(text: string, onBad: (line: string) => void = () => {}): KnownPeer[] {
  const peers = new Map<PeerId, Multiaddr[]>()
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (!line.startsWith('/')) continue
    const parsed = splitPeer(line)
    if (parsed === undefined) onBad(line)
    else peers.set(parsed.peer, [...(peers.get(parsed.peer) ?? []), ...parsed.addresses])
  }
  return [...peers].map(([peer, addresses]) => ({ peer, addresses }))
}

/**
 * Text of a `peerstore` file. Of a peer with a DNS address only its DNS addresses are kept, because the numbers behind a
 * name change.
 */
export function formatPeerstore(peers: readonly KnownPeer[]): string {
  const lines = peers.flatMap(({ peer, addresses }) => {
    const names = addresses.filter((address) => /^\/dns(4|6|addr)?\//.test(address))
    return (names.length > 0 ? names : addresses).map((address) => `${address}/p2p/${peer}\n`)
  })
  return lines.join('')
}

/** Takes the peer ID off the end of an address; undefined when there is none, or the address is not one. */
export function splitPeer(address: Multiaddr): KnownPeer | undefined {
  try {
    const parts = parseMultiaddr(address)
    const last = parts.at(-1)
    if (last === undefined || (last.protocol !== 'p2p' && last.protocol !== 'ipfs')) return undefined
    const rest = address.replace(/\/+$/, '').split('/').slice(0, -2).join('/')
    return { peer: parsePeerId(last.value), addresses: rest === '' ? [] : [rest] }
  } catch {
    return undefined
  }
}
