import type { IncomingMessage } from 'node:http'

/**
 * Whether a request may have been made by a web page of somebody else: the RPC gives full control of the node, and a
 * browser on this machine reaches it. As in Kubo: pages served from this machine at the RPC's own port are welcome, and
 * what is plainly a browser but does not say for which page is not.
 */
export function isForeign(request: IncomingMessage, allowedOrigins: ReadonlySet<string>): boolean {
  const { origin, referer, 'user-agent': agent = '' } = request.headers
  if (origin !== undefined && !allowedOrigins.has(origin)) return true
  if (referer !== undefined && !allowedOrigins.has(originOf(referer))) return true
  return origin === undefined && referer === undefined && agent.startsWith('Mozilla')
}

/** Origins of pages on this machine at a port. */
export function localOrigins(port: number): Set<string> {
  const hosts = ['127.0.0.1', '[::1]', 'localhost']
  return new Set(hosts.flatMap((host) => [`http://${host}:${port}`, `https://${host}:${port}`]))
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : ''
}
