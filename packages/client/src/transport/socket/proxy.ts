import type { Endpoint } from '../../endpoint.ts'
import { authority, originOf, portOrDefault } from '../../endpoint.ts'
import { TransportError } from '../../errors.ts'
import type { TransportRequest } from '../interface.ts'
import type { Connection } from './connection.ts'
import { ResponseReader } from './http1.ts'

/** An HTTP proxy between a program and its server. */
export interface ProxyServer {
  /** Where it listens, without TLS. */
  readonly endpoint: Endpoint
  /** Value of the header `proxy-authorization`. */
  readonly authorization?: string
}

const encoder = new TextEncoder()

/** A request without TLS as a proxy wants it: the whole URL in its first line. */
export function viaProxy(request: TransportRequest, endpoint: Endpoint, proxy: ProxyServer): TransportRequest {
  return {
    ...request,
    path: originOf(endpoint) + request.path,
    headers: { ...request.headers, ...credentials(proxy) }
  }
}

/**
 * Has a proxy connect through to the server, for what is encrypted.
 *
 * @param connection - to the proxy
 * @throws TransportError when the proxy refuses
 */
export async function openTunnel(connection: Connection, endpoint: Endpoint, proxy: ProxyServer): Promise<void> {
  const target = authority({ ...endpoint, port: portOrDefault(endpoint) })
  const fields = Object.entries({ host: target, ...credentials(proxy) }).map(([name, value]) => `${name}: ${value}`)
  await connection.write(encoder.encode([`CONNECT ${target} HTTP/1.1`, ...fields, '', ''].join('\r\n')))
  // The server says nothing before it is spoken to, so nothing behind the head of the answer is lost.
  const { status } = await new ResponseReader(connection).head()
  if (status !== 200) {
    throw new TransportError('ERR_UNREACHABLE', `the proxy ${authority(proxy.endpoint)} answered ${status}`)
  }
}

function credentials({ authorization }: ProxyServer): Record<string, string> {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization }
}
