import { basename } from 'node:path/posix'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { AddEntry, Endpoint, TransportResponse } from '@ipfs-cluster/client'
import { socketTransport } from '@ipfs-cluster/client/socket'

const MAX_REDIRECTS = 10

/** Whether an argument of `add` names something on the web rather than in the file system. */
export function isWebUrl(path: string): boolean {
  return /^https?:/.test(path)
}

/** What a URL holds, with the last step of its path for a name. It is fetched when its turn comes. */
export async function* webEntries(text: string): AsyncGenerator<AddEntry, void, void> {
  const url = parseUrl(text)
  yield { type: 'file', name: basename(unescapePath(url.pathname)), content: fetchContent(url), source: url.href }
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw new ExitError(`error : error parsing path: parse ${JSON.stringify(text)}: invalid URL`)
  return new URL(text)
}

/** The path as the server means it; as it stands when an escape in it is broken. */
function unescapePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

async function* fetchContent(url: URL): AsyncGenerator<Uint8Array, void, void> {
  let target = url
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await get(target)
    const location = response.header('location')
    if (response.status < 300) {
      yield* response.body
      return
    }
    if (response.status >= 400 || location === undefined) {
      throw new Error(`got non-2XX status code ${response.status}: ${target.href}`)
    }
    await discard(response.body)
    target = new URL(location, target)
  }
  throw new Error(`Get "${url.href}": stopped after ${MAX_REDIRECTS} redirects`)
}

async function get(url: URL): Promise<TransportResponse> {
  const transport = socketTransport({ endpoint: endpointOf(url) })
  return transport.request({ method: 'GET', path: url.pathname + url.search, headers: { accept: '*/*' } })
}

function endpointOf({ protocol, hostname, port }: URL): Endpoint {
  const scheme = protocol === 'https:' ? 'https' : 'http'
  const host = hostname.replace(/^\[|\]$/g, '')
  const isName = !host.includes(':') && !/^[\d.]+$/.test(host)
  return port === '' ? { scheme, host, isName } : { scheme, host, port: Number(port), isName }
}

async function discard(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of body) break
}
