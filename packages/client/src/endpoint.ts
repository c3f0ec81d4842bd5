import { ClusterError, multiaddrValue, parseMultiaddr } from '@ipfs-cluster/api'

/** Where an HTTP API is. */
export interface Endpoint {
  readonly scheme: 'http' | 'https'
  /** Name or IP address, without brackets; `restapi` for a socket in the file system. */
  readonly host: string
  /** Undefined when the address names none: 80 or 443 then. */
  readonly port?: number
  /** Absolute path of the socket; the endpoint is reached by it rather than by host and port. */
  readonly unixPath?: string
  /** For a name: whether only addresses of one family may be used. */
  readonly family?: 4 | 6
  /** Whether `host` is a name to be looked up. */
  readonly isName: boolean
}

/** What the address names besides host and port. */
export interface EndpointOptions {
  /** Speak TLS. An address with `/https` or `/tls` does so in any case. */
  readonly tls?: boolean
}

const NAME_FAMILY = { dns: undefined, dns4: 4, dns6: 6 } as const

/** Whether the API is to be reached over libp2p: the address holds a peer ID, or a name that stands for some. */
export function isPeerAddress(address: string): boolean {
  return parseMultiaddr(address).some(({ protocol }) => ['p2p', 'ipfs', 'dnsaddr'].includes(protocol))
}

/**
 * Reads where an HTTP API is: `/ip4/127.0.0.1/tcp/9094`, `/dns4/example.org/tcp/443/https`, `/unix/run/api.sock`.
 *
 * @throws ClusterError `ERR_BAD_MULTIADDR` for what is no multiaddress, or leads to no HTTP API
 */
export function parseEndpoint(address: string, options: EndpointOptions = {}): Endpoint {
  const parts = parseMultiaddr(address)
  const secure = options.tls === true || parts.some(({ protocol }) => ['https', 'tls', 'wss'].includes(protocol))
  const scheme = secure ? 'https' : 'http'
  const [first] = parts
  if (first === undefined) throw unreachableBy(address)
  if (first.protocol === 'unix') return { scheme, host: 'restapi', unixPath: first.value, isName: false }
  const port = multiaddrValue(parts, 'tcp')
  const at = port === undefined ? {} : { port: Number(port) }
  if (first.protocol === 'ip4' || first.protocol === 'ip6') return { scheme, host: first.value, ...at, isName: false }
  if (!(first.protocol in NAME_FAMILY)) throw unreachableBy(address)
  const family = NAME_FAMILY[first.protocol as keyof typeof NAME_FAMILY]
  return { scheme, host: first.value, ...at, isName: true, ...(family === undefined ? {} : { family }) }
}

/** Host and port as a Host header and a message show them. */
export function authority(endpoint: Endpoint): string {
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host
  return endpoint.port === undefined ? host : `${host}:${endpoint.port}`
}

/** Scheme and authority as messages of the Go release show them. */
export function originOf(endpoint: Endpoint): string {
  return `${endpoint.scheme}${endpoint.unixPath === undefined ? '' : '+unix'}://${authority(endpoint)}`
}

/** The port of an endpoint, with the usual one of its scheme where the address names none. */
export function portOrDefault(endpoint: Endpoint): number {
  return endpoint.port ?? (endpoint.scheme === 'https' ? 443 : 80)
}

function unreachableBy(address: string): ClusterError {
  return new ClusterError(
    'ERR_BAD_MULTIADDR',
    `${address} leads to no HTTP API: it needs /ip4, /ip6, /dns, /dns4, /dns6 or /unix`
  )
}
