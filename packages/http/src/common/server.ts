import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import Fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { answerClientError } from './client-error.ts'
import {
  CONNECTION_CHECK_INTERVAL,
  DEFAULT_IDLE_TIMEOUT,
  DEFAULT_MAX_HEADER_BYTES,
  DEFAULT_READ_HEADER_TIMEOUT,
  HEADER_SLACK
} from './defaults.ts'
import type { HttpSurfaceInit } from './init.ts'
import { readTarget } from './paths.ts'
import { placeholderValues, routerPath } from './route-table.ts'
import type { Route } from './route.ts'
import type { TlsFiles } from './tls.ts'

/** Methods of which fastify would read the body. */
const METHODS_WITH_BODY = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY']

/** A request whose route has been looked up. */
export interface Routed<C> {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The target of the request line as it came. */
  readonly target: string
  /** undefined when no route has that path and method. */
  readonly route: Route<C> | undefined
  readonly params: Readonly<Record<string, string>>
}

/**
 * A server that finds the route of each request and hands it on. It does not listen: it gets connections by its event
 * `connection`, from several listeners or whatever else has one to give.
 */
export async function createRoutedServer<C>(
  init: HttpSurfaceInit,
  tls: TlsFiles | undefined,
  routes: readonly Route<C>[],
  serve: (routed: Routed<C>) => Promise<void>
): Promise<Server> {
  const app = Fastify({
    serverFactory: (handler) => {
      const options = serverOptions(init)
      return tls === undefined
        ? createServer(options, handler)
        : createTlsServer({ ...options, ...tls, minVersion: 'TLSv1.2' }, handler)
    },
    clientErrorHandler: (error: Error, socket) => answerClientError(error, socket),
    rewriteUrl: (request) => readTarget(request.url ?? '/', request.method ?? 'GET').url,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: maxHeaderSize(init), querystringParser: () => ({}) }
  })
  // Bodies are read by the handlers that want one, whatever their content type.
  for (const method of METHODS_WITH_BODY) app.addHttpMethod(method, { hasBody: false, overrideExisting: true })
  // Answers are written without fastify: several headers of one name, names in the case of the Go release, trailers.
  const take = (route: Route<C> | undefined) => (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack()
    const given = request.params as Readonly<Record<string, string>>
    const params = route === undefined ? {} : placeholderValues(route, given)
    return serve({ request: request.raw, response: reply.raw, target: request.originalUrl, route, params })
  }
  app.setNotFoundHandler(take(undefined))
  for (const route of routes) app.route({ method: route.method, url: routerPath(route), handler: take(route) })
  await app.ready()
  // This is when node:http begins to look for connections whose header block does not come.
  app.server.emit('listening')
  return app.server
}

function serverOptions(init: HttpSurfaceInit): ServerOptions {
  const requestTimeout = init.readTimeout ?? 0
  const headersTimeout = init.readHeaderTimeout ?? DEFAULT_READ_HEADER_TIMEOUT
  return {
    requestTimeout,
    headersTimeout: requestTimeout > 0 ? Math.min(requestTimeout, headersTimeout || requestTimeout) : headersTimeout,
    keepAliveTimeout: init.idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
    connectionsCheckingInterval: CONNECTION_CHECK_INTERVAL,
    maxHeaderSize: maxHeaderSize(init),
    requireHostHeader: false
  }
}

function maxHeaderSize({ maxHeaderBytes = 0 }: HttpSurfaceInit): number {
  return (maxHeaderBytes || DEFAULT_MAX_HEADER_BYTES) + HEADER_SLACK
}
