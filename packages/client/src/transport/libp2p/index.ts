/**
 * @packageDocumentation
 *
 * The REST API over libp2p, for Node: encrypted without certificates, and to the peer that is meant. libp2p is loaded
 * with this entry, and with no other.
 *
 * @example
 * const client = libp2pClient({ host: '/ip4/10.1.2.3/tcp/9100/p2p/12D3KooW...' })
 * console.log(await client.id())
 * await client.close()
 */
import type { ClusterClient, ClusterClientInit } from '../../client.ts'
import { clusterClient } from '../../index.ts'
import type { Transport } from '../interface.ts'
import { Libp2pTransport } from './transport.ts'
import type { Libp2pTransportInit } from './transport.ts'

export type { Libp2pTransportInit } from './transport.ts'

/** @throws ClusterError `ERR_BAD_MULTIADDR`, or `ERR_CONFIG` for what is no secret */
export function libp2pTransport(init: Libp2pTransportInit): Transport {
  return new Libp2pTransport(init)
}

/** Where the peer is, and how to speak to it. */
export interface Libp2pClientInit extends ClusterClientInit, Omit<Libp2pTransportInit, 'address'> {
  /** Multiaddress of the libp2p endpoint of its REST API, with its ID. */
  readonly host: string
}

/** @throws ClusterError `ERR_BAD_MULTIADDR`, or `ERR_CONFIG` for what is no secret */
export function libp2pClient({ host, secret, dns, ...rest }: Libp2pClientInit): ClusterClient {
  const transport = libp2pTransport({ address: host, ...(secret && { secret }), ...(dns && { dns }) })
  return clusterClient(rest)({ transport })
}
