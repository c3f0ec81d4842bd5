import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { ServiceConfig } from '@ipfs-cluster/core/config'

/** Gives everything that listens a port that is free at the moment. Hosts stay as they are. */
export async function randomizePorts(config: ServiceConfig): Promise<void> {
  await using ports = new FreePorts()
  const { cluster, api, ipfsNode, ipfsConnector } = config
  cluster.listenMultiaddress = await ports.replaceAll(cluster.listenMultiaddress)
  for (const surface of [api.restapi, api.pinsvcapi]) {
    if (surface !== undefined) surface.httpListenMultiaddress = await ports.replaceAll(surface.httpListenMultiaddress)
  }
  if (api.ipfsproxy !== undefined)
    api.ipfsproxy.listenMultiaddress = await ports.replaceAll(api.ipfsproxy.listenMultiaddress)
  if (ipfsNode === undefined) return
  ipfsNode.apiMultiaddress = await ports.replace(ipfsNode.apiMultiaddress)
  ipfsNode.gatewayMultiaddress = await ports.replace(ipfsNode.gatewayMultiaddress)
  ipfsNode.swarmMultiaddress = await ports.replaceAll(ipfsNode.swarmMultiaddress)
  ipfsConnector.ipfshttp.nodeMultiaddress = ipfsNode.apiMultiaddress
  if (api.ipfsproxy !== undefined) api.ipfsproxy.nodeMultiaddress = ipfsNode.apiMultiaddress
}

/** Free ports, held until all are chosen so that none is given twice. */
class FreePorts implements AsyncDisposable {
  readonly #held: (() => Promise<void>)[] = []

  async replaceAll(addresses: readonly Multiaddr[]): Promise<Multiaddr[]> {
    const replaced: Multiaddr[] = []
    for (const address of addresses) replaced.push(await this.replace(address))
    return replaced
  }

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
