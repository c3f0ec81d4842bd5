import type { Socket } from 'node:net'
import { portOrDefault } from '../../endpoint.ts'
import type { Endpoint } from '../../endpoint.ts'
import { Inbox } from './connection.ts'
import type { Connection } from './connection.ts'

/** How the other side of a TLS connection is judged. */
export interface TlsTrust {
  /** Certificates of authorities in PEM, instead of those that the platform trusts. */
  readonly ca?: string
  /** False: take any certificate. Default true. */
  readonly rejectUnauthorized?: boolean
}

/** Opens a connection with `node:net`, or `node:tls` when the endpoint asks for it. */
export async function openNodeConnection(
  endpoint: Endpoint,
  trust: TlsTrust,
  signal: AbortSignal | undefined
): Promise<NodeConnection> {
  const target = targetOf(endpoint)
  // Loaded only when needed: they are a good part of the start-up time of a short-lived program.
  if (endpoint.scheme === 'http') {
    const net = await import('node:net')
    signal?.throwIfAborted()
    return new NodeConnection(await opened(net.connect(target), 'connect', signal))
  }
  const tls = await import('node:tls')
  signal?.throwIfAborted()
  const socket = tls.connect({ ...target, ...serverName(endpoint), ...trust })
  return new NodeConnection(await opened(socket, 'secureConnect', signal))
}

/** Speaks TLS with the endpoint over a connection that leads there and that has been read to the last byte. */
export async function secure(
  connection: NodeConnection,
  endpoint: Endpoint,
  trust: TlsTrust,
  signal: AbortSignal | undefined
): Promise<NodeConnection> {
  const tls = await import('node:tls')
  signal?.throwIfAborted()
  const socket = tls.connect({ socket: connection.release(), ...serverName(endpoint), ...trust })
  return new NodeConnection(await opened(socket, 'secureConnect', signal))
}

function serverName({ isName, host }: Endpoint): { servername?: string } {
  return isName ? { servername: host } : {}
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

/** A connection over a socket of Node. */
export class NodeConnection implements Connection {
  readonly #socket: Socket
  readonly #inbox: Inbox

  constructor(socket: Socket) {
    this.#socket = socket
    this.#inbox = new Inbox(socket)
    socket.on('data', (chunk: Uint8Array) => this.#inbox.push(chunk))
    socket.on('end', () => this.#inbox.end())
    socket.on('close', () => this.#inbox.end())
    socket.on('error', (error) => this.#inbox.fail(error))
    socket.pause()
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#inbox.next()
  }

  /** Gives up the socket to somebody else. */
  release(): Socket {
    this.#socket.removeAllListeners()
    return this.#socket
  }

  write(bytes: Uint8Array): Promise<boolean> | boolean {
    if (!this.#socket.writable) return false
    if (this.#socket.write(bytes)) return true
    return new Promise((resolve) => {
      // A socket that fails never drains; what failed is told by the reading side.
      const done = (): void => {
        this.#socket.off('drain', done)
        this.#socket.off('close', done)
        resolve(this.#socket.writable)
      }
      this.#socket.on('drain', done)
      this.#socket.on('close', done)
    })
  }

  destroy(cause?: unknown): void {
    if (cause !== undefined) this.#inbox.fail(cause)
    this.#socket.destroy()
  }
}
