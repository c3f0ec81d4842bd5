import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { parsePath, resolve } from '../dag/path.ts'
import { GATEWAY_TIMEOUT_MS } from '../defaults.ts'
import { BlockNotFoundError, KuboError, messageOf, NoLinkError } from '../errors.ts'
import { streamingServer } from '../http/listen.ts'
import type { Names } from '../names/names.ts'
import type { NodeParts } from '../parts.ts'
import { GatewayAnswer } from './answer.ts'

/** A failure with the HTTP status that tells of it. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** A read-only gateway: content by path, for browsers and for what verifies blocks itself. */
export function gatewayServer(node: NodeParts): FastifyInstance {
  const app = streamingServer()
  app.all('/ipfs/*', async (request, reply) => {
    reply.hijack()
    await handle(node, request.raw, reply.raw)
  })
  const { names } = node
  if (names !== undefined) {
    app.all('/ipns/*', async (request, reply) => {
      reply.hijack()
      await handle(node, request.raw, reply.raw, names)
    })
  }
  app.setNotFoundHandler((request, reply) => {
    const text = request.url.startsWith('/ipns/')
      ? 'this gateway does not look names up: give a path such as /ipfs/CID\n'
      : '404 page not found\n'
    return reply.code(404).type('text/plain; charset=utf-8').send(text)
  })
  return app
}

async function handle(
  node: NodeParts,
  request: IncomingMessage,
  response: ServerResponse,
  names?: Names
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the client went away')))
  const deadline = AbortSignal.timeout(GATEWAY_TIMEOUT_MS)
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      throw new GatewayError(405, `method ${String(request.method)} not allowed: the gateway is read-only`)
    }
    const url = new URL(request.url ?? '/', 'http://localhost')
    const path = decodePath(url.pathname)
    // The way to the content must be found in time; the content itself may take longer.
    const read = { signal: AbortSignal.any([gone.signal, deadline]) }
    const parsed = parsePath(names === undefined ? path : await names.resolve(path, read))
    const { cid, remainder } = await resolve(node.blocks, parsed, read)
    if (remainder.length > 0) throw new GatewayError(404, `${path} leads into a block, not to a file`)
    const answer = new GatewayAnswer({
      ...{ node, request, response, url, path, cid },
      root: parsed.root,
      isNamed: names !== undefined
    })
    await answer.send({ first: read, rest: { signal: gone.signal } })
  } catch (err) {
    fail(response, deadline.aborted && !gone.signal.aborted ? timeoutError(err) : err)
  }
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch (err) {
    throw new GatewayError(400, 'invalid path: bad percent-encoding', { cause: err })
  }
}

function timeoutError(cause: unknown): GatewayError {
  return new GatewayError(504, `no connected node sent the content within ${GATEWAY_TIMEOUT_MS / 1000} s`, { cause })
}

function fail(response: ServerResponse, err: unknown): void {
  if (response.headersSent) {
    // The status is out: only a broken connection still tells the reader that this is not all.
    response.destroy()
    return
  }
  const status = statusOf(err)
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Access-Control-Allow-Origin': '*'
  })
  response.end(`${messageOf(err)}\n`)
}

function statusOf(err: unknown): number {
  if (err instanceof GatewayError) return err.status
  if (err instanceof RangeError) return 416
  if (err instanceof BlockNotFoundError || err instanceof NoLinkError) return 404
  return err instanceof KuboError ? 400 : 500
}
