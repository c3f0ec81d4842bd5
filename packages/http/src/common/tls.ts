import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { createSecureContext } from 'node:tls'
import { ClusterError } from '@ipfs-cluster/api'
import { messageOf } from '@ipfs-cluster/core/util'

/** Certificate and key, both in PEM. */
export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

/** First byte of a TLS record that starts a handshake. */
const HANDSHAKE = 0x16

const NOT_TLS = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'

/**
 * Reads and checks certificate and key.
 *
 * @throws ClusterError `ERR_TLS_FILES`
 */
export async function readTlsFiles(certFile: string, keyFile: string): Promise<TlsFiles> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)])
    createSecureContext({ cert, key })
    return { cert, key }
  } catch (cause) {
    throw new ClusterError('ERR_TLS_FILES', `error loading TLS certificate/key: ${messageOf(cause)}`, { cause })
  }
}

/**
 * Looks at the first byte of a connection: a handshake goes on to the TLS server, anything else is told, in plain
 * HTTP, that this is not the place for it.
 *
 * @param milliseconds - how long to wait for that byte
 */
export function acceptTls(socket: Socket, milliseconds: number, onTls: (socket: Socket) => void): void {
  const drop = (): void => void socket.destroy()
  const inspect = (): void => {
    const first = socket.read() as Buffer | null
    if (first === null) return
    socket.off('readable', inspect).off('error', drop).off('end', drop).off('timeout', drop).setTimeout(0)
    if (first[0] !== HANDSHAKE) {
      socket.on('error', drop).end(NOT_TLS, () => socket.destroySoon())
      return
    }
    socket.unshift(first)
    onTls(socket)
  }
  socket.setTimeout(milliseconds)
  socket.on('timeout', drop).on('error', drop).on('end', drop).on('readable', inspect)
}
