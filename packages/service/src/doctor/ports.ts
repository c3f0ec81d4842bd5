import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import { parseMultiaddr } from '@ipfs-cluster/api'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { ServiceConfig } from '@ipfs-cluster/core/config'
import { messageOf } from '@ipfs-cluster/core/util'
import { fail, ok } from './finding.ts'
import type { Finding, Patient } from './finding.ts'

/** Milliseconds that a port of this machine is given to answer. */
const PATIENCE = 3000

interface Listener {
  /** What listens, and the setting that says where. */
  readonly what: string
  readonly setting: string
  readonly address: Multiaddr
  readonly host: string
  readonly port: number
}

/** Whether the peer can listen where it is told to; of one that runs, whether it does. */
export async function checkPorts({ loaded: { config }, isRunning }: Patient): Promise<Finding[]> {
  return Promise.all(listenersOf(config).map(isRunning ? answers : isFree))
}

async function isFree(listener: Listener): Promise<Finding> {
  const { what, setting, address, host, port } = listener
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    return ok('ports', `${what} can listen at ${address}`)
  } catch (err) {
    return fail('ports', `${what} cannot listen at ${address}: ${reasonOf(err)}`, adviceFor(err, setting))
  } finally {
    server.close()
  }
}

async function answers({ what, setting, address, host, port }: Listener): Promise<Finding> {
  const socket = connect({ host: local(host), port, timeout: PATIENCE })
  try {
    socket.once('timeout', () => socket.destroy(new Error('no answer')))
    await once(socket, 'connect')
    return ok('ports', `${what} listens at ${address}`)
  } catch (err) {
    const advice = `Look at the log of the peer. It may have been started with another ${setting}.`
    return fail('ports', `${what} does not answer at ${address}: ${messageOf(err)}`, advice)
  } finally {
    socket.destroy()
  }
}

function listenersOf({ cluster, api, ipfsNode }: ServiceConfig): Listener[] {
  const node = ipfsNode?.enabled === true ? ipfsNode : undefined
  return [
    ...at('the cluster', 'cluster.listen_multiaddress', cluster.listenMultiaddress),
    ...at('the REST API', 'api.restapi.http_listen_multiaddress', api.restapi?.httpListenMultiaddress),
    ...at('the Pinning Service API', 'api.pinsvcapi.http_listen_multiaddress', api.pinsvcapi?.httpListenMultiaddress),
    ...at('the IPFS proxy', 'api.ipfsproxy.listen_multiaddress', api.ipfsproxy?.listenMultiaddress),
    ...at('the API of the IPFS node', 'ipfs_node.api_multiaddress', node && [node.apiMultiaddress]),
    ...at('the gateway of the IPFS node', 'ipfs_node.gateway_multiaddress', node && [node.gatewayMultiaddress]),
    ...at('the IPFS node', 'ipfs_node.swarm_multiaddress', node?.swarmMultiaddress)
  ]
}

/** TCP ports that are said; what is left to the system, is no port, or is not served, needs no check. */
function at(what: string, setting: string, addresses: readonly Multiaddr[] = []): Listener[] {
  return addresses.flatMap((address) => {
    const parts = parseMultiaddr(address)
    const [first, second] = parts
    if (first === undefined || second?.protocol !== 'tcp') return []
    const port = Number(second.value)
    return port === 0 ? [] : [{ what, setting, address, host: first.value, port }]
  })
}

/** Where to reach from here what listens everywhere. */
function local(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program does',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not'
}

function reasonOf(err: unknown): string {
  return REASONS[(err as NodeJS.ErrnoException).code ?? ''] ?? messageOf(err)
}

function adviceFor(err: unknown, setting: string): string {
  const { code } = err as NodeJS.ErrnoException
  return code === 'EADDRINUSE' ? `Stop that program, or set another ${setting}.` : `Set another ${setting}.`
}
