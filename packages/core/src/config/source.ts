import { getGlobalDispatcher, interceptors, request } from 'undici'
import type { AbortOptions } from '../util/startable.ts'
import { messageOf } from '../util/errors.ts'
import { plainLine } from '../util/limited-logger.ts'
import { withTimeout } from '../util/signals.ts'
import { ConfigError, withFile } from './errors.ts'
import { sourceOf } from './service-config.ts'

const TIMEOUT = 60_000
/** A service.json has some kilobytes. */
const MAX_BYTES = 4 * 1024 * 1024
/** As many as the Go release follows; gateways of IPFS send on from a path to a domain. */
const MAX_REDIRECTS = 10

/**
 * Fetches a configuration that service.json refers to.
 *
 * @throws ConfigError when it cannot be had, or refers to another one
 */
export async function fetchSource(url: string, { signal }: AbortOptions = {}): Promise<string> {
  const { status, body } = await get(url, withTimeout(TIMEOUT, signal))
  if (status >= 300)
    throw new ConfigError(`unsuccessful request (${status}): ${plainLine(body)}`, { path: ['source'], found: url })
  if (withFile(url, () => sourceOf(body)) !== undefined) {
    throw new ConfigError('a sourced configuration cannot point to another source', {
      path: ['source'],
      found: url,
      allowed: 'the URL of a whole configuration'
    })
  }
  return body
}

async function get(url: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
  try {
    const redirect = interceptors.redirect({ maxRedirections: MAX_REDIRECTS, throwOnMaxRedirect: true })
    const { statusCode, body } = await request(url, { signal, dispatcher: getGlobalDispatcher().compose(redirect) })
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
      chunks.push(chunk)
    }
    return { status: statusCode, body: Buffer.concat(chunks).toString() }
  } catch (err) {
    throw new ConfigError(
      `could not fetch configuration from source: ${url}`,
      { path: ['source'], found: `${url} (${messageOf(err)})` },
      { cause: err }
    )
  }
}
