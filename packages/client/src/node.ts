/**
 * @packageDocumentation
 *
 * The client for programs on Node: undici below, several hosts if wanted.
 *
 * @example
 * const client = nodeClient({ hosts: ['/ip4/10.1.2.3/tcp/9094', '/dns4/backup.example.org/tcp/9094'] })
 * console.log(await client.id())
 * await client.close()
 */
import type { ClusterClient, ClusterClientInit } from './client.ts'
import { clusterClient } from './index.ts'
import { parseEndpoint } from './endpoint.ts'
import { failover, roundRobin } from './failover.ts'
import type { TlsTrust } from './transport/socket/node-connection.ts'
import { undiciTransport } from './transport/undici.ts'

export { undiciTransport } from './transport/undici.ts'
export { socketTransport } from './transport/socket/index.ts'

/** Where the peers are, and how to speak to them. */
export interface NodeClientInit extends ClusterClientInit {
  /** Multiaddresses of the REST API of peers of one cluster: the next is tried when one gives no answer. */
  readonly hosts: readonly [string, ...string[]]
  /** Which host a request goes to first: `failover`, the first one; `round-robin`, each in turn. Default `failover`. */
  readonly balance?: 'failover' | 'round-robin'
  /** Speak TLS with every host; those whose address says `/https` or `/tls` are spoken to with TLS in any case. */
  readonly https?: boolean
  readonly tls?: TlsTrust
}

/** @throws ClusterError `ERR_BAD_MULTIADDR` */
export function nodeClient(init: NodeClientInit): ClusterClient {
  const { hosts, balance = 'failover', https = false, tls = {}, ...rest } = init
  const [first, ...others] = hosts
  const open = (host: string): ReturnType<typeof undiciTransport> => {
    return undiciTransport({ endpoint: parseEndpoint(host, { tls: https }), tls })
  }
  const join = balance === 'round-robin' ? roundRobin : failover
  return clusterClient(rest)({ transport: join([open(first), ...others.map(open)]) })
}
