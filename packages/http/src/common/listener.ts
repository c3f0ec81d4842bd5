import { createServer } from 'node:net'
import type { ListenOptions, Server, Socket } from 'node:net'
import { ClusterError, parseMultiaddr } from '@ipfs-cluster/api'
import type { Multiaddr } from '@ipfs-cluster/api'

/** Where to listen, taken from a multiaddress. */
interface ListenTarget {
  /** The network as Go names it, for messages. */
  readonly network: 'tcp4' | 'tcp6' | 'tcp' | 'unix'
  /** Address as Go prints it. */
  readonly text: string
  readonly options: ListenOptions
}

const NETWORKS: Readonly<Record<string, ListenTarget['network']>> = {
  ip4: 'tcp4',
  ip6: 'tcp6',
  dns4: 'tcp4',
  dns6: 'tcp6',
  dns: 'tcp'
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'bind: address already in use',
  EACCES: 'bind: permission denied',
  EADDRNOTAVAIL: 'bind: cannot assign requested address',
  ENOENT: 'bind: no such file or directory'
}

/** What takes connections and hands them on. */
export interface Listening {
  /** Where, with the ports that the system chose. */
  readonly addresses: Multiaddr[]
  /** Breaks off the connections that are still open. */
  dropConnections(): void
  /** Takes no more connections. Resolves when those there were are closed. */
  close(): Promise<void>
}

/** A socket that takes connections. */
export class Listener implements Listening {
  readonly #server: Server
  readonly #asked: Multiaddr
  readonly #sockets: Set<Socket>

  private constructor(server: Server, asked: Multiaddr, sockets: Set<Socket>) {
    this.#server = server
    this.#asked = asked
    this.#sockets = sockets
  }

  /**
   * Listens at a multiaddress.
   *
   * @throws ClusterError `ERR_BAD_MULTIADDR` when it is no address to listen at, `ERR_LISTEN` when that is not possible
   */
  static async open(address: Multiaddr, onConnection: (socket: Socket) => void): Promise<Listener> {
    const target = readTarget(address)
    const sockets = new Set<Socket>()
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      onConnection(socket)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (err: NodeJS.ErrnoException) => reject(listenError(target, err)))
      server.listen(target.options, resolve)
    })
    server.removeAllListeners('error')
    return new Listener(server, address, sockets)
  }

  get addresses(): Multiaddr[] {
    const bound = this.#server.address()
    return [bound === null || typeof bound === 'string' ? this.#asked : this.#asked.replace(/\d+$/, String(bound.port))]
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

function readTarget(address: Multiaddr): ListenTarget {
  const [first, second, more] = parseMultiaddr(address)
  if (first?.protocol === 'unix') return { network: 'unix', text: first.value, options: { path: first.value } }
  const network = NETWORKS[first?.protocol ?? '']
  if (first === undefined || network === undefined || second?.protocol !== 'tcp' || more !== undefined) {
    throw new ClusterError(
      'ERR_BAD_MULTIADDR',
      `cannot listen at ${address}: give /ip4, /ip6 or /dns4 with /tcp, or /unix`
    )
  }
  const host = first.value
  const text = `${network === 'tcp6' ? `[${host}]` : host}:${second.value}`
  return { network, text, options: { host, port: Number(second.value), ipv6Only: network === 'tcp6' } }
}

function listenError({ network, text }: ListenTarget, cause: NodeJS.ErrnoException): ClusterError {
  const reason = REASONS[cause.code ?? ''] ?? cause.message
  return new ClusterError('ERR_LISTEN', `listen ${network} ${text}: ${reason}`, { cause })
}
