import { authority, portOrDefault } from '@ipfs-cluster/client'
import type { Endpoint } from '@ipfs-cluster/client'
import type { ProxyServer } from '@ipfs-cluster/client/socket'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { Io } from '@ipfs-cluster/cli-kit'

type Env = Io['env']

/**
 * The proxy that the environment names for a server (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`), by the rules of the Go
 * release: never for this machine itself.
 *
 * @throws ExitError for a proxy that cannot be used
 */
export async function proxyFor(endpoint: Endpoint, env: Env): Promise<ProxyServer | undefined> {
  if (endpoint.unixPath !== undefined) return undefined
  const text = proxyText(endpoint.scheme, env)
  if (text === undefined || isThisMachine(endpoint.host)) return undefined
  const exceptions = (env.NO_PROXY || env.no_proxy || '').split(',').map((entry) => entry.trim().toLowerCase())
  for (const entry of exceptions) if (entry !== '' && (await isExcepted(endpoint, entry))) return undefined
  return parseProxy(text)
}

function proxyText(scheme: Endpoint['scheme'], env: Env): string | undefined {
  // In a CGI script the variable in capitals is what a client has sent as a header.
  const isCgi = (env.REQUEST_METHOD ?? '') !== ''
  const text = scheme === 'https' ? env.HTTPS_PROXY || env.https_proxy : (!isCgi && env.HTTP_PROXY) || env.http_proxy
  return text === undefined || text === '' ? undefined : text
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Entries are `*`, addresses, blocks of addresses, and domains; these may have a port. */
async function isExcepted(endpoint: Endpoint, entry: string): Promise<boolean> {
  if (entry === '*') return true
  if (entry.includes('/')) return isInBlock(endpoint.host, entry)
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\[(.*)\]/, '$1')) ?? []
  if (entry === endpoint.host) return true
  if (port !== undefined && Number(port) !== portOrDefault(endpoint)) return false
  const host = endpoint.host.toLowerCase()
  if (name.startsWith('*.') || name.startsWith('.')) return host.endsWith(name.replace(/^\*/, ''))
  return host === name || (endpoint.isName && host.endsWith(`.${name}`))
}

async function isInBlock(host: string, block: string): Promise<boolean> {
  const { BlockList, isIP } = await import('node:net')
  const [network = '', bits = ''] = block.split('/')
  const family = isIP(network)
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(bits)) return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  if (Number(bits) > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(network, Number(bits), kind)
  return list.check(host, kind)
}

function parseProxy(text: string): ProxyServer {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url?.protocol !== 'http:' || url.hostname === '') {
    throw new ExitError(`error creating API client: cannot use the proxy ${hideUser(text)}: give http://<host>:<port>`)
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isName = !/^[\d.]+$/.test(host) && !host.includes(':')
  const endpoint: Endpoint = { scheme: 'http', host, port: url.port === '' ? 80 : Number(url.port), isName }
  if (url.username === '') return { endpoint }
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { endpoint, authorization: `Basic ${Buffer.from(user).toString('base64')}` }
}

/** What is shown of a proxy: not the credentials that may stand in it. */
export function describeProxy({ endpoint }: ProxyServer): string {
  return `by way of the proxy ${authority(endpoint)}`
}

function hideUser(text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//')
}
