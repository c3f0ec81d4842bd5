import type { Multiaddr, PeerId } from '@ipfs-cluster/api'
import { multiaddrValue, parseMultiaddr } from '@ipfs-cluster/api'
import type { ResponseOutgoingPacket } from 'multicast-dns'
import type { KnownPeer } from '../peerstore-file.ts'
import { splitPeer } from '../peerstore-file.ts'

/** The name by which peers of any cluster find one another in a local network (spec: wire 1.5). */
export const SERVICE = '_ipfs-cluster-discovery._udp.local'

/** Seconds that others may believe what they were told. */
const TTL = 120

/** Something has to stand there; peers look at the addresses alone. */
const PORT = 4001

const PREFIX = 'dnsaddr='

/** Longest text of a record. */
const MAX_TEXT = 255

/** What is known of a record that came in; anybody in the local network may send anything. */
export interface AnyRecord {
  type: string
  name?: string
  data?: unknown
}

/**
 * The records that tell of a peer. Go peers pass over those that come without a host and its IP address, and take the
 * last text record only, so that all addresses stand in one.
 *
 * @param instance - a name of this peer that says nothing, other than the one of any other peer
 * @param addresses - each ending in `/p2p/<id>`
 */
export function answerRecords(instance: string, addresses: readonly Multiaddr[]): ResponseOutgoingPacket {
  const suitable = addresses.filter(isSuitable)
  const name = `${instance}.${SERVICE}`
  const host = `${instance}.local`
  const data = suitable.map((address) => `${PREFIX}${address}`).filter((text) => text.length <= MAX_TEXT)
  return {
    answers: [{ type: 'PTR', name: SERVICE, ttl: TTL, data: name }],
    additionals: [
      { type: 'SRV', name, ttl: TTL, data: { port: PORT, target: host } },
      { type: 'TXT', name, ttl: TTL, data },
      ...ipAddresses(suitable, 'ip4').map((ip) => ({ type: 'A' as const, name: host, ttl: TTL, data: ip })),
      ...ipAddresses(suitable, 'ip6').map((ip) => ({ type: 'AAAA' as const, name: host, ttl: TTL, data: ip }))
    ]
  }
}

/** The peers that records tell of, without this one. */
export function peersInRecords(records: readonly AnyRecord[], self: PeerId): KnownPeer[] {
  const peers = new Map<PeerId, Multiaddr[]>()
  for (const { type, name, data } of records) {
    if (type !== 'TXT' || name?.endsWith(`.${SERVICE}`) !== true) continue
    for (const text of [data].flat().map(String)) {
      const known = text.startsWith(PREFIX) ? splitPeer(text.slice(PREFIX.length)) : undefined
      if (known === undefined || known.peer === self) continue
      peers.set(known.peer, [...(peers.get(known.peer) ?? []), ...known.addresses])
    }
  }
  return [...peers].map(([peer, addresses]) => ({ peer, addresses }))
}

/** What a host of the local network can call: an IP address, without detours and protocols of browsers. */
function isSuitable(address: Multiaddr): boolean {
  const parts = parseMultiaddr(address)
  const isDirect = parts.every(({ protocol }) => ['ip4', 'ip6', 'ip6zone', 'tcp', 'p2p'].includes(protocol))
  return isDirect && (parts[0]?.protocol === 'ip4' || parts[0]?.protocol === 'ip6')
}

/** One IP address of a family is enough. */
function ipAddresses(addresses: readonly Multiaddr[], family: 'ip4' | 'ip6'): string[] {
  return addresses.flatMap((address) => multiaddrValue(parseMultiaddr(address), family) ?? []).slice(0, 1)
}
