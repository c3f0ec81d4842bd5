import { ClusterError, parseMultiaddr } from '@ipfs-cluster/api'
import type { Multiaddr } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'

/** What this peer can listen on or call: TCP, and WebSocket above it. */
export function isServable(address: Multiaddr): boolean {
  const protocols = parseMultiaddr(address).map(({ protocol }) => protocol)
  return protocols[1] === 'tcp' && protocols.slice(2).every((protocol) => protocol === 'ws' || protocol === 'p2p')
}

/** The error of a host that cannot listen where it should. */
export function listenFailure(cause: unknown, addresses: readonly Multiaddr[]): unknown {
  const reason = LISTEN_CAUSES.find(([pattern]) => pattern.test(messageOf(cause)))?.[1]
  if (reason === undefined) return cause
  return new ClusterError('ERR_LISTEN', `cannot listen on ${addresses.join(', ')}: ${reason}`, { cause })
}

const LISTEN_CAUSES: readonly [RegExp, string][] = [
  [/EADDRINUSE/, 'bind: address already in use'],
  [/EADDRNOTAVAIL/, 'bind: cannot assign requested address'],
  [/EACCES/, 'bind: permission denied']
]
