import { clusterClient, parseEndpoint } from '../src/index.ts'
import type { ClusterClient, ClusterClientInit } from '../src/index.ts'
import { socketTransport } from '../src/transport/socket/index.ts'

/** A client of one server. */
export function open(host: string, init: ClusterClientInit = {}): ClusterClient {
  return clusterClient(init)({ transport: socketTransport({ endpoint: parseEndpoint(host) }) })
}

export async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const value of values) list.push(value)
  return list
}
