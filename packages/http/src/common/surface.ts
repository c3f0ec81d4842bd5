import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { ClusterError, parseQuery } from '@ipfs-cluster/api'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { ComponentLogger, Logger, Startable } from '@ipfs-cluster/core/util'
import { messageOf } from '@ipfs-cluster/core/util'
import { AccessLog } from './access-log.ts'
import type { Answer } from './answer.ts'
import { Auth } from './auth.ts'
import { healthRoute, tokenRoute } from './common-routes.ts'
import { Cors } from './cors.ts'
import { DEFAULT_READ_HEADER_TIMEOUT, DEFAULT_STOP_GRACE, LAST_WORDS } from './defaults.ts'
import { failure, statusOf } from './failure.ts'
import type { ErrorBody } from './failure.ts'
import { HttpRequest } from './http-request.ts'
import { InFlight } from './in-flight.ts'
import type { HttpSurfaceInit } from './init.ts'
import { Listener } from './listener.ts'
import { readTarget } from './paths.ts'
import { RouteTable } from './route-table.ts'
import type { Route } from './route.ts'
import { createRoutedServer } from './server.ts'
import type { Routed } from './server.ts'
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
  /** Called when the surface has stopped. */
  onStop?(): void
}

export interface HttpSurfaceComponents {
  logger: ComponentLogger
}

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
  readonly #routes: readonly Route<C>[]
  readonly #table: RouteTable
  readonly #inFlight = new InFlight()
  readonly #listeners: Listener[] = []
  #server: Server | undefined
  #accessLog: AccessLog | undefined
  #closing = new AbortController()

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

  /** Where the surface listens, with the ports that the system chose. Empty until started. */
  get addresses(): Multiaddr[] {
    return this.#listeners.map((listener) => listener.address)
  }

  /** @throws ClusterError `ERR_LISTEN`, `ERR_TLS_FILES` or `ERR_BAD_MULTIADDR` */
  async start(): Promise<void> {
    if (this.#server !== undefined) return
    const tls = await this.#readTls()
    const server = await createRoutedServer(this.#init, tls, this.#routes, (routed) => this.#serve(routed))
    this.#server = server
    this.#closing = new AbortController()
    this.#accessLog = new AccessLog(this.#init.httpLogFile, this.#accessLogger)
    try {
      for (const address of this.#init.httpListenMultiaddress) {
        this.#listeners.push(await Listener.open(address, (socket) => this.#accept(server, tls, socket)))
      }
    } catch (err) {
      await this.stop()
      throw err
    }
    const mark = this.#auth.isOpen ? '' : ' - authenticated'
    for (const address of this.addresses)
      this.#logger.info(`${this.#kind.name.toUpperCase()} (HTTP${mark}): ${address}`)
  }

  /** Takes no more connections, lets answers in flight end for a while, then cuts them off. */
  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = Promise.all(this.#listeners.map((listener) => listener.close()))
    server.closeIdleConnections()
    this.#closing.abort(new Error('the peer is shutting down'))
    await this.#inFlight.settled(this.#init.stopGrace ?? DEFAULT_STOP_GRACE)
    this.#inFlight.abortAll(new Error('the peer is shutting down'))
    await this.#inFlight.settled(LAST_WORDS)
    for (const listener of this.#listeners) listener.dropConnections()
    await closed
    this.#listeners.length = 0
    server.close()
    this.#kind.onStop?.()
    await this.#accessLog?.close()
  }

  async #readTls(): Promise<TlsFiles | undefined> {
    const { sslCertFile: cert = '', sslKeyFile: key = '' } = this.#init
    if (cert === '' && key === '') return undefined
    if (cert === '' || key === '') {
      throw new ClusterError('ERR_TLS_FILES', 'ssl_cert_file and ssl_key_file must be set together')
    }
    return readTlsFiles(cert, key)
  }

  #accept(server: Server, tls: TlsFiles | undefined, socket: Socket): void {
    const take = (ready: Socket): boolean => server.emit('connection', ready)
    if (tls === undefined) take(socket)
    else acceptTls(socket, this.#init.readHeaderTimeout ?? DEFAULT_READ_HEADER_TIMEOUT, take)
  }

  async #serve({ request, response, target, route, params }: Routed<C>): Promise<void> {
    const abort = this.#inFlight.track(response, this.#init.writeTimeout ?? 0)
    try {
      const signals = { abort, closing: this.#closing.signal }
      const asked = new HttpRequest(request, params, queryOf(target), signals)
      const answer = this.#refuse(request, target) ?? (await this.#handle(route, asked))
      const size = await writeAnswer(this.#style, { request, response, signal: abort.signal }, answer)
      this.#accessLog?.write(request, target, response, size)
    } catch (err) {
      this.#logger.error(`cannot answer ${request.method} ${target}: ${messageOf(err)}`)
      response.destroy()
    }
  }

  /** What is wrong with a request whatever its route. */
  #refuse(request: IncomingMessage, target: string): Answer | undefined {
    if (request.headers.host === undefined && request.httpVersionMinor > 0) return missingHost()
    const refusal = this.#auth.check(request, () => pathOf(request))
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
    const methods = this.#table.methodsOf(decodeURIComponent(pathOf(request)))
    if (methods.length === 0) return failure(this.#kind.errorBody, 404, 'not found')
    return failure(this.#kind.errorBody, 405, 'method not allowed', ['Allow', methods.join(', ')])
  }
}

/** The path in the form in which it was routed. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? ''
}

function queryOf(target: string): Map<string, string> {
  const mark = target.indexOf('?')
  return mark < 0 ? new Map<string, string>() : parseQuery(target.slice(mark + 1))
}

function missingHost(): Answer {
  const headers = ['Content-Type', 'text/plain; charset=utf-8', 'Connection', 'close']
  const body = '400 Bad Request: missing required Host header'
  return { kind: 'document', status: 400, bare: true, withoutCors: true, headers, body }
}
