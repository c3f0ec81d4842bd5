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
  const connection = await (bun === undefined
    ? openNodeConnection(endpoint, trust, signal)
    : openBunConnection(bun, endpoint, signal))
  // It may have been given up between two steps, when nobody listened to the signal.
  if (signal?.aborted === true) connection.destroy()
  signal?.throwIfAborted()
  return connection
}
