import type { Endpoint } from '../../endpoint.ts'
import { bunRuntime, openBunConnection } from './bun-connection.ts'
import type { Connection } from './connection.ts'
import { openNodeConnection } from './node-connection.ts'
import type { TlsTrust } from './node-connection.ts'

/** Opens a connection in the way that starts fastest. The signal gives it up. */
export async function openConnection(
  endpoint: Endpoint,
  trust: TlsTrust,
  signal: AbortSignal | undefined
): Promise<Connection> {
  signal?.throwIfAborted()
  const bun = endpoint.scheme === 'http' && !endpoint.isName ? bunRuntime() : undefined
  return bun === undefined ? openNodeConnection(endpoint, trust, signal) : openBunConnection(bun, endpoint, signal)
}
