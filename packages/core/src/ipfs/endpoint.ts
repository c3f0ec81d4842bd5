import { isIPv6 } from 'node:net'
import { ClusterError, parseMultiaddr } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'
import type { Multiaddr, MultiaddrPart } from '@ipfs-cluster/api'

/** Where the RPC of a node is, in the words of those who connect and those who report that they could not. */
export interface Endpoint {
  /** What undici connects to; of a Unix socket the host is only a name. */
  origin: string
  /** Prefix of the URLs in messages. A Unix socket reads `http+unix://ipfs/api/v0`, as in the Go release. */
  apiUrl: string
  /** Network and address in messages, e.g. `tcp 127.0.0.1:5001`. */
  dial: string
  socketPath?: string
  /** IP version that a name must resolve to. */
  family?: 4 | 6
}

const FAMILY: Readonly<Record<string, 4 | 6 | undefined>> = { ip4: 4, dns4: 4, ip6: 6, dns6: 6, dns: undefined }

/**
 * Reads `node_multiaddress`: an IP address or a name with a TCP port, or a Unix socket.
 *
 * @throws ClusterError `ERR_BAD_MULTIADDR`
 *
 * @example
 * parseEndpoint('/dns4/ipfs/tcp/5001').origin // 'http://ipfs:5001'
 */
export function parseEndpoint(address: Multiaddr): Endpoint {
  const [host, port, ...rest] = partsOf(address)
  if (host?.protocol === 'unix') return unixEndpoint(host.value)
  const isPlain = rest.every(({ protocol }) => protocol === 'http')
  if (host === undefined || !(host.protocol in FAMILY) || port?.protocol !== 'tcp' || !isPlain) {
    const shapes = '/ip4/<address>/tcp/<port>, /dns4/<name>/tcp/<port> or /unix/<path>'
    throw new ClusterError('ERR_BAD_MULTIADDR', `error parsing ipfs_node_multiaddress: ${address} is not ${shapes}`)
  }
  const authority = `${isIPv6(host.value) ? `[${host.value}]` : host.value}:${port.value}`
  const family = FAMILY[host.protocol]
  return {
    origin: `http://${authority}`,
    apiUrl: `http://${authority}/api/v0`,
    dial: `tcp ${authority}`,
    ...(family === undefined ? {} : { family })
  }
}

function unixEndpoint(socketPath: string): Endpoint {
  return { origin: 'http://ipfs', apiUrl: 'http+unix://ipfs/api/v0', dial: `unix ${socketPath}`, socketPath }
}

function partsOf(address: Multiaddr): MultiaddrPart[] {
  try {
    return parseMultiaddr(address)
  } catch (cause) {
    const message = `error parsing ipfs_node_multiaddress: ${messageOf(cause)}`
    throw new ClusterError('ERR_BAD_MULTIADDR', message, { cause })
  }
}
