import type { IncomingMessage } from 'node:http'
import type { NodeHeaders } from './node-headers.ts'

/**
 * Whether a request may have been made by a web page of somebody else: whoever reaches the proxy can pin and unpin, and
 * a browser on this machine reaches it. As in Kubo, pages are welcome whose origin the node allows, and what is plainly
 * a browser but does not say for which page is not.
 */
export async function isForeign(
  { method = '', headers }: IncomingMessage,
  node: Pick<NodeHeaders, 'allows'>
): Promise<boolean> {
  const { origin, referer, 'user-agent': agent = '' } = headers
  if (origin === undefined && referer === undefined) return agent.startsWith('Mozilla')
  if (origin !== undefined && !(await node.allows(method, origin))) return true
  return referer !== undefined && !(await node.allows(method, originOf(referer)))
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'null'
}
