import type { Socket } from 'node:net'
import { portOrDefault } from '../../endpoint.ts'
import type { Endpoint } from '../../endpoint.ts'

/** How the other side of a TLS connection is judged. */
export interface TlsTrust {
  /** Certificates of authorities in PEM, instead of those that the platform trusts. */
  readonly ca?: string
  /** False: take any certificate. Default true. */
  readonly rejectUnauthorized?: boolean
}

/** Opens a connection, with TLS when the endpoint asks for it. The signal ends it at any time. */
export async function openSocket(
  endpoint: Endpoint,
  trust: TlsTrust,
  signal: AbortSignal | undefined
): Promise<Socket> {
  signal?.throwIfAborted()
  const target = targetOf(endpoint)
  // Loaded only when needed: they are a good part of the start-up time of a short-lived program.
  if (endpoint.scheme === 'http') {
    const net = await import('node:net')
    return opened(net.connect(target), 'connect', signal)
  }
  const tls = await import('node:tls')
  const servername = endpoint.isName ? { servername: endpoint.host } : {}
  return opened(tls.connect({ ...target, ...servername, ...trust }), 'secureConnect', signal)
}

type Target = { path: string } | { host: string; port: number; family?: number }

function targetOf(endpoint: Endpoint): Target {
  if (endpoint.unixPath !== undefined) return { path: endpoint.unixPath }
  const { host, family } = endpoint
  return { host, port: portOrDefault(endpoint), ...(family === undefined ? {} : { family }) }
}

async function opened(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal | undefined
): Promise<Socket> {
  const abort = (): void => {
    socket.destroy()
  }
  signal?.addEventListener('abort', abort, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, resolve)
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('connection closed')))
    })
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
  return socket
}
