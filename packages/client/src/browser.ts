/**
 * @packageDocumentation
 *
 * The client for browsers, over `fetch`. The peer must allow the page's origin (`cors_allowed_origins`).
 *
 * @example
 * const client = browserClient({ host: '/dns4/cluster.example.org/tcp/9094/https', auth: { token } })
 * for await (const info of client.statusAll()) show(info)
 */
import type { ClusterClient, ClusterClientInit } from './client.ts'
import { clusterClient } from './index.ts'
import { parseEndpoint } from './endpoint.ts'
import { fetchTransport } from './transport/fetch.ts'

export { fetchTransport } from './transport/fetch.ts'

/** Where the peer is. */
export interface BrowserClientInit extends ClusterClientInit {
  /** Multiaddress of the REST API of a peer. */
  readonly host: string
}

/** @throws ClusterError `ERR_BAD_MULTIADDR` */
export function browserClient(init: BrowserClientInit): ClusterClient {
  const { host, ...rest } = init
  return clusterClient(rest)({ transport: fetchTransport({ endpoint: parseEndpoint(host) }) })
}
