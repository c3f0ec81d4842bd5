import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Multiaddr } from '@ipfs-cluster/api'

/**
 * The ports that programs are told to listen on. They lie below those that a system gives to connections, and to
 * whoever asks for any (from 32768 on Linux, higher elsewhere): one of those may be gone before the program listens.
 * They lie above 10080, the last of the ports that `fetch` refuses to connect to.
 */
export const PROGRAM_PORTS = { first: 11_000, last: 31_999 } as const

/** Ports in use that are met before there seems to be none that is free. */
const MAX_TRIES = 1000

export interface FreePortsInit {
  /** The next port to try, each time it is called; any of `PROGRAM_PORTS` by default. */
  next?: () => number
}

/** Ports that are free at this moment, held until all are chosen so that none is given twice. */
export class FreePorts implements AsyncDisposable {
  readonly #next: () => number
  readonly #held: (() => Promise<void>)[] = []

  constructor({ next = anyPort }: FreePortsInit = {}) {
    this.#next = next
  }

  async replaceAll(addresses: readonly Multiaddr[]): Promise<Multiaddr[]> {
    const replaced: Multiaddr[] = []
    for (const address of addresses) replaced.push(await this.replace(address))
    return replaced
  }

  /** The address with a port that is free now; as it is when it names no host and port. */
  async replace(address: Multiaddr): Promise<Multiaddr> {
    const [, host, protocol] = /^\/(?:ip4|ip6|dns4|dns6|dns)\/([^/]+)\/(tcp|udp)\/\d+/.exec(address) ?? []
    if (host === undefined) return address
    const port = protocol === 'tcp' ? await this.tcp(host) : await this.#udp(host)
    return address.replace(/\/(tcp|udp)\/\d+/, `/$1/${port}`)
  }

  /** A TCP port that is free now. */
  async tcp(host?: string): Promise<number> {
    return await this.#search((port) => this.take(port, host))
  }

  /**
   * Holds this very TCP port.
   *
   * @throws the error of the system (`EADDRINUSE`) when it is not free
   */
  async take(port: number, host = '127.0.0.1'): Promise<number> {
    const server = createServer().listen(port, host)
    await once(server, 'listening')
    this.#held.push(() => new Promise((resolve) => server.close(() => resolve())))
    return port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#held.splice(0).map((release) => release()))
  }

  async #udp(host: string): Promise<number> {
    return await this.#search(async (port) => {
      const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(port, host)
      await once(socket, 'listening')
      this.#held.push(() => new Promise((resolve) => socket.close(() => resolve())))
      return port
    })
  }

  async #search(take: (port: number) => Promise<number>): Promise<number> {
    for (let tries = 1; ; tries++) {
      try {
        return await take(this.#next())
      } catch (err) {
        if (!isTaken(err) || tries === MAX_TRIES) throw err
      }
    }
  }
}

function anyPort(): number {
  return randomInt(PROGRAM_PORTS.first, PROGRAM_PORTS.last + 1)
}

/** Some systems keep ports to themselves, and say that they may not be had. */
function isTaken(err: unknown): boolean {
  const { code } = err as NodeJS.ErrnoException
  return code === 'EADDRINUSE' || code === 'EACCES'
}
