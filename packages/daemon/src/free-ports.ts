import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Multiaddr } from '@ipfs-cluster/api'

/** Free ports, held until all are chosen so that none is given twice. */
export class FreePorts implements AsyncDisposable {
  readonly #held: (() => Promise<void>)[] = []

  async replaceAll(addresses: readonly Multiaddr[]): Promise<Multiaddr[]> {
    const replaced: Multiaddr[] = []
    for (const address of addresses) replaced.push(await this.replace(address))
    return replaced
  }

  /** The address with a port that is free now; as it is when it names no host and port. */
  async replace(address: Multiaddr): Promise<Multiaddr> {
    const [, host, protocol] = /^\/(?:ip4|ip6|dns4|dns6|dns)\/([^/]+)\/(tcp|udp)\/\d+/.exec(address) ?? []
    if (host === undefined) return address
    const port = protocol === 'tcp' ? await this.#tcp(host) : await this.#udp(host)
    return address.replace(/\/(tcp|udp)\/\d+/, `/$1/${port}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#held.map((release) => release()))
  }

  async #tcp(host: string): Promise<number> {
    const server = createServer().listen(0, host)
    await once(server, 'listening')
    this.#held.push(() => new Promise((resolve) => server.close(() => resolve())))
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  async #udp(host: string): Promise<number> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(0, host)
    await once(socket, 'listening')
    this.#held.push(() => new Promise((resolve) => socket.close(() => resolve())))
    return socket.address().port
  }
}
