import type { IncomingMessage } from 'node:http'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { Logger, Startable } from '@ipfs-cluster/core/util'
import { messageOf } from '@ipfs-cluster/core/util'
import type { Answer } from './answer.ts'
import { Auth } from './auth.ts'
import { healthRoute, tokenRoute } from './common-routes.ts'
import { Cors } from './cors.ts'
import { failure, statusOf } from './failure.ts'
import type { ErrorBody } from './failure.ts'
import { missingHost } from './host-header.ts'
import { HttpHost } from './http-host.ts'
import type { Ends, HttpHostComponents } from './http-host.ts'
import { HttpRequest } from './http-request.ts'
import type { HttpSurfaceInit } from './init.ts'
import { queryOf, readTarget } from './paths.ts'
import { RouteTable } from './route-table.ts'
import type { Route } from './route.ts'
import type { Routed } from './server.ts'
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

/**
 * An HTTP server over a table of routes: all that the surfaces of a peer share. A request is treated in this order:
 * authentication, CORS, form of the path, route, handler (spec: rest 1).
 */
export class HttpSurface<C> implements Startable {
  readonly #kind: SurfaceKind<C>
  readonly #logger: Logger
  readonly #auth: Auth
  readonly #cors: Cors
  readonly #style: AnswerStyle
  readonly #table: RouteTable
  readonly #host: HttpHost<C>

  constructor(init: HttpSurfaceInit, kind: SurfaceKind<C>, components: HttpHostComponents) {
    this.#kind = kind
    this.#logger = components.logger.forComponent(kind.name)
    this.#auth = new Auth(init.basicAuthCredentials ?? null)
    this.#cors = new Cors(init)
    const routes = [...kind.routes, tokenRoute(this.#auth), healthRoute]
    this.#table = new RouteTable(routes)
    this.#style = {
      headers: Object.entries(init.headers ?? {}).flatMap(([name, values]) => values.flatMap((value) => [name, value])),
      errorBody: kind.errorBody,
      corsHeaders: (request) => this.#cors.headersFor(request),
      onStreamError: (message) => this.#logger.error(`answer cut short: ${message}`)
    }
    const mark = this.#auth.isOpen ? '' : ' - authenticated'
    this.#host = new HttpHost(
      init,
      {
        ...{ name: kind.name, routes },
        greeting: (address) => `${kind.name.toUpperCase()} (HTTP${mark}): ${address}`,
        answer: (routed, ends) => this.#answer(routed, ends),
        onStop: () => kind.onStop?.()
      },
      components
    )
  }

  /** Where the surface listens, with the ports that the system chose. Empty until started. */
  get addresses(): Multiaddr[] {
    return this.#host.addresses
  }

  /** Where it can be had over libp2p, each ending in `/p2p/<id>`. Empty until started, and when it is not. */
  get libp2pAddresses(): Multiaddr[] {
    return this.#host.libp2pAddresses
  }

  /** @throws ClusterError `ERR_LISTEN`, `ERR_TLS_FILES`, `ERR_BAD_MULTIADDR` or `ERR_CONFIG` */
  async start(): Promise<void> {
    await this.#host.start()
  }

  /** Takes no more connections, lets answers in flight end for a while, then cuts them off. */
  async stop(): Promise<void> {
    await this.#host.stop()
  }

  async #answer({ request, response, target, route, params }: Routed<C>, ends: Ends): Promise<number> {
    const asked = new HttpRequest(request, params, queryOf(target), ends)
    const answer = this.#refuse(request, target) ?? (await this.#handle(route, asked))
    return writeAnswer(this.#style, { request, response, signal: ends.abort.signal }, answer)
  }

  /** What is wrong with a request whatever its route. */
  #refuse(request: IncomingMessage, target: string): Answer | undefined {
    const hostless = missingHost(request)
    if (hostless !== undefined) return hostless
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
