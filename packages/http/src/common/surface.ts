import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ClusterError, parseQuery } from '@ipfs-cluster/api'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { ComponentLogger, Logger, Startable } from '@ipfs-cluster/core/util'
import { messageOf } from '@ipfs-cluster/core/util'
import { AccessLog } from './access-log.ts'
import type { Answer } from './answer.ts'
import { Auth } from './auth.ts'
import { answerClientError } from './client-error.ts'
import { healthRoute, tokenRoute } from './common-routes.ts'
import { Cors } from './cors.ts'
import {
  CONNECTION_CHECK_INTERVAL,
  DEFAULT_IDLE_TIMEOUT,
  DEFAULT_MAX_HEADER_BYTES,
  DEFAULT_READ_HEADER_TIMEOUT,
  DEFAULT_STOP_GRACE,
  HEADER_SLACK
} from './defaults.ts'
import { failure, statusOf } from './failure.ts'
import type { ErrorBody } from './failure.ts'
import { HttpRequest } from './http-request.ts'
import type { HttpSurfaceInit } from './init.ts'
import { Listener } from './listener.ts'
import { readTarget } from './paths.ts'
import { placeholderValues, routerPath, RouteTable } from './route-table.ts'
import type { Route } from './route.ts'
import { acceptTls, readTlsFiles } from './tls.ts'
import type { TlsFiles } from './tls.ts'
import { writeAnswer } from './write-answer.ts'
import type { AnswerStyle } from './write-answer.ts'

/** What makes one surface differ from another. */
export interface SurfaceKind<C> {
  /** Name in the log, e.g. `restapi`. */
  readonly name: string
  readonly routes: readonly Route<C>[]
  /** What the handlers work on. */
  readonly context: C
  readonly errorBody: ErrorBody
}

export interface HttpSurfaceComponents {
  logger: ComponentLogger
}

/** Methods of which fastify would read the body. */
const METHODS_WITH_BODY = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/** How long aborted answers are given to say why they end. */
const LAST_WORDS = 250

/**
 * An HTTP server over a table of routes: all that the surfaces of a peer share. A request is treated in this order:
 * authentication, CORS, form of the path, route, handler (spec: rest 1).
 */
export class HttpSurface<C> implements Startable {
  readonly #init: HttpSurfaceInit
  readonly #kind: SurfaceKind<C>
  readonly #logger: Logger
  readonly #accessLogger: Logger
  readonly #auth: Auth
  readonly #cors: Cors
  readonly #style: AnswerStyle
  readonly #table: RouteTable
  readonly #routes: readonly Route<C>[]
  readonly #inFlight = new Set<AbortController>()
  readonly #listeners: Listener[] = []
  #server: Server | undefined
  #accessLog: AccessLog | undefined
  #isStopping = false

  constructor(init: HttpSurfaceInit, kind: SurfaceKind<C>, components: HttpSurfaceComponents) {
    this.#init = init
    this.#kind = kind
    this.#logger = components.logger.forComponent(kind.name)
    this.#accessLogger = components.logger.forComponent(`${kind.name}log`)
    this.#auth = new Auth(init.basicAuthCredentials ?? null)
    this.#cors = new Cors(init)
    this.#routes = [...kind.routes, tokenRoute(this.#auth), healthRoute]
    this.#table = new RouteTable(this.#routes)
    this.#style = {
      headers: Object.entries(init.headers ?? {}).flatMap(([name, values]) => values.flatMap((value) => [name, value])),
      errorBody: kind.errorBody,
      corsHeaders: (request) => this.#cors.headersFor(request),
      onStreamError: (message) => this.#logger.error(`answer cut short: ${message}`)
    }
  }

  /** Where the surface listens, with the ports that the system chose. */
  get addresses(): Multiaddr[] {
    return this.#listeners.map((listener) => listener.address)
  }

  /** @throws ClusterError `ERR_LISTEN`, `ERR_TLS_FILES` or `ERR_BAD_MULTIADDR` */
  async start(): Promise<void> {
    if (this.#server !== undefined) return
    this.#isStopping = false
    const tls = await this.#readTls()
    const server = await this.#createServer(tls)
    this.#server = server
    this.#accessLog = new AccessLog(this.#init.httpLogFile, this.#accessLogger)
    try {
      for (const address of this.#init.httpListenMultiaddress) {
        this.#listeners.push(await Listener.open(address, (socket) => this.#accept(server, tls, socket)))
      }
    } catch (err) {
      await this.stop()
      throw err
    }
    const authenticated = this.#init.basicAuthCredentials == null ? '' : ' - authenticated'
    for (const address of this.addresses)
      this.#logger.info(`${this.#kind.name.toUpperCase()} (HTTP${authenticated}): ${address}`)
  }

  /** Takes no more requests, lets those in flight end for a while, then cuts them off. */
  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    this.#isStopping = true
    const closed = Promise.all(this.#listeners.map((listener) => listener.close()))
    server.closeIdleConnections()
    await this.#settled(this.#init.stopGrace ?? DEFAULT_STOP_GRACE)
    for (const abort of this.#inFlight) abort.abort(new Error('the peer is shutting down'))
    await this.#settled(LAST_WORDS)
    for (const listener of this.#listeners) listener.dropConnections()
    await closed
    this.#listeners.length = 0
    server.close()
    await this.#accessLog?.close()
  }

  async #readTls(): Promise<TlsFiles | undefined> {
    const { sslCertFile: cert = '', sslKeyFile: key = '' } = this.#init
    if (cert === '' && key === '') return undefined
    if (cert === '' || key === '')
      throw new ClusterError('ERR_TLS_FILES', 'ssl_cert_file and ssl_key_file must be set together')
    return readTlsFiles(cert, key)
  }

  /** The server does not listen itself: it gets the connections of all listeners. */
  async #createServer(tls: TlsFiles | undefined): Promise<Server> {
    const app = Fastify({
      serverFactory: (handler) => {
        const options = serverOptions(this.#init)
        return tls === undefined
          ? createServer(options, handler)
          : createTlsServer({ ...options, ...tls, minVersion: 'TLSv1.2' }, handler)
      },
      clientErrorHandler: (error: Error, socket) => answerClientError(error, socket as Socket),
      rewriteUrl: (request) => readTarget(request.url ?? '/', request.method ?? 'GET').url,
      exposeHeadRoutes: false,
      routerOptions: {
        maxParamLength: 2 * HEADER_SLACK + (this.#init.maxHeaderBytes ?? 0),
        querystringParser: () => ({})
      }
    })
    // Bodies are read by the handlers that want one, whatever their content type.
    for (const method of METHODS_WITH_BODY) app.addHttpMethod(method, { hasBody: false, overrideExisting: true })
    app.setNotFoundHandler((request, reply) => this.#serve(undefined, request, reply))
    for (const route of this.#routes) {
      app.route({
        method: route.method,
        url: routerPath(route),
        handler: (request, reply) => this.#serve(route, request, reply)
      })
    }
    await app.ready()
    // This is when node:http begins to look for connections whose header block does not come.
    app.server.emit('listening')
    return app.server
  }

  #accept(server: Server, tls: TlsFiles | undefined, socket: Socket): void {
    if (tls === undefined) server.emit('connection', socket)
    else
      acceptTls(socket, this.#init.readHeaderTimeout ?? DEFAULT_READ_HEADER_TIMEOUT, (ready) =>
        server.emit('connection', ready)
      )
  }

  /** The answer is written by us, header names in the case of the Go release; fastify has found the route. */
  async #serve(
    route: Route<C> | undefined,
    { raw, originalUrl, params }: FastifyRequest,
    reply: FastifyReply
  ): Promise<void> {
    const response: ServerResponse = reply.raw
    reply.hijack()
    const abort = this.#track(response)
    const request = new HttpRequest(
      raw,
      route === undefined ? {} : placeholderValues(route, params as Record<string, string>),
      queryOf(originalUrl),
      abort
    )
    const answer = this.#refuse(raw, originalUrl) ?? (await this.#handle(route, request))
    try {
      const size = await writeAnswer(this.#style, { request: raw, response, signal: abort.signal }, answer)
      this.#accessLog?.write(raw, originalUrl, response, size)
    } catch (err) {
      this.#logger.error(`cannot answer ${raw.method} ${originalUrl}: ${messageOf(err)}`)
      response.destroy()
    }
  }

  #track(response: ServerResponse): AbortController {
    const abort = new AbortController()
    this.#inFlight.add(abort)
    const limit = this.#init.writeTimeout ?? 0
    const timer = limit > 0 ? setTimeout(() => response.destroy(), limit) : undefined
    response.once('close', () => {
      clearTimeout(timer)
      this.#inFlight.delete(abort)
      if (!response.writableFinished) abort.abort(new Error('the client went away'))
      if (this.#isStopping) setImmediate(() => this.#server?.closeIdleConnections())
    })
    return abort
  }

  /** What is wrong with a request whatever its route. */
  #refuse(request: IncomingMessage, target: string): Answer | undefined {
    if (request.headers.host === undefined && request.httpVersionMinor > 0) return missingHost()
    const [path = ''] = (request.url ?? '').split('?', 1)
    const refusal = this.#auth.check(request, path)
    if (refusal !== undefined) {
      return { ...failure(this.#kind.errorBody, 401, refusal.message, refusal.headers), withoutCors: true }
    }
    return this.#cors.preflight(request) ?? readTarget(target, request.method ?? '').answer
  }

  async #handle(route: Route<C> | undefined, request: HttpRequest): Promise<Answer> {
    if (route === undefined) return this.#noRoute(request.raw)
    try {
      return await route.handle(this.#kind.context, request)
    } catch (err) {
      const status = statusOf(err)
      if (!request.signal.aborted) this.#logger.error(`sending error response: ${status}: ${messageOf(err)}`)
      return failure(this.#kind.errorBody, status, messageOf(err))
    }
  }

  #noRoute(request: IncomingMessage): Answer {
    const [path = ''] = (request.url ?? '').split('?', 1)
    const methods = this.#table.methodsOf(decodeURIComponent(path))
    if (methods.length === 0) return failure(this.#kind.errorBody, 404, 'not found')
    return failure(this.#kind.errorBody, 405, 'method not allowed', ['Allow', methods.join(', ')])
  }

  /** Waits until no answer is in flight any more, but not longer than that. */
  async #settled(milliseconds: number): Promise<void> {
    const end = Date.now() + milliseconds
    while (this.#inFlight.size > 0 && Date.now() < end) await delay(10)
  }
}

function queryOf(target: string): Map<string, string> {
  const mark = target.indexOf('?')
  return mark < 0 ? new Map() : parseQuery(target.slice(mark + 1))
}

function missingHost(): Answer {
  const headers = ['Content-Type', 'text/plain; charset=utf-8', 'Connection', 'close']
  const body = '400 Bad Request: missing required Host header'
  return { kind: 'document', status: 400, bare: true, withoutCors: true, headers, body }
}

function serverOptions(init: HttpSurfaceInit): object {
  const requestTimeout = init.readTimeout ?? 0
  const headersTimeout = init.readHeaderTimeout ?? DEFAULT_READ_HEADER_TIMEOUT
  return {
    requestTimeout,
    headersTimeout: requestTimeout > 0 ? Math.min(requestTimeout, headersTimeout || requestTimeout) : headersTimeout,
    keepAliveTimeout: init.idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
    connectionsCheckingInterval: CONNECTION_CHECK_INTERVAL,
    maxHeaderSize: (init.maxHeaderBytes || DEFAULT_MAX_HEADER_BYTES) + HEADER_SLACK,
    requireHostHeader: false
  }
}
