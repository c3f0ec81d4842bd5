import type { IncomingMessage } from 'node:http'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { Logger, Startable } from '@ipfs-cluster/core/util'
import { messageOf } from '@ipfs-cluster/core/util'
import type { Answer } from '../common/answer.ts'
import { failure } from '../common/failure.ts'
import { missingHost } from '../common/host-header.ts'
import { HttpHost } from '../common/http-host.ts'
import type { Ends } from '../common/http-host.ts'
import { HttpRequest } from '../common/http-request.ts'
import { queryOf, readTarget } from '../common/paths.ts'
import type { Method } from '../common/route.ts'
import type { Routed } from '../common/server.ts'
import { linger, writeAnswer } from '../common/write-answer.ts'
import type { AnswerStyle, Exchange } from '../common/write-answer.ts'
import {
  DEFAULT_EXTRACT_HEADERS_PATH,
  DEFAULT_EXTRACT_HEADERS_TTL,
  DEFAULT_IDLE_TIMEOUT,
  DEFAULT_NODE_MULTIADDRESS,
  SERVER
} from './defaults.ts'
import { BAD_GATEWAY, proxyErrorBody, refusal } from './failure.ts'
import { isForeign } from './guard.ts'
import type { IpfsProxyComponents, IpfsProxyInit } from './interface.ts'
import { NodeHeaders } from './node-headers.ts'
import { ProxiedNode } from './proxied-node.ts'
import type { ProxyContext } from './route.ts'
import { ipfsProxyRoutes } from './routes.ts'
import { isPlainPut } from './routes/puts.ts'

const NAME = 'ipfsproxy'

/** Methods with which the Go release takes a command over. What Kubo refuses is refused here. */
const METHODS: readonly Method[] = ['POST', 'PUT', 'GET']

/** Stands before an IPFS node: commands about pins go to the cluster, the others to the node (wire facts: Go v1.1.6). */
export class IpfsProxy implements Startable {
  readonly #logger: Logger
  readonly #node: ProxiedNode
  readonly #headers: NodeHeaders
  readonly #context: ProxyContext
  readonly #host: HttpHost<ProxyContext>

  /** @throws ClusterError `ERR_BAD_MULTIADDR` */
  constructor({ cluster, logger }: IpfsProxyComponents, init: IpfsProxyInit) {
    const { listenMultiaddress, nodeMultiaddress = DEFAULT_NODE_MULTIADDRESS, nodeHttps = false, ...rest } = init
    this.#logger = logger.forComponent(NAME)
    this.#node = new ProxiedNode(nodeMultiaddress, nodeHttps)
    this.#headers = new NodeHeaders(this.#node, {
      extra: init.extractHeadersExtra ?? [],
      path: init.extractHeadersPath ?? DEFAULT_EXTRACT_HEADERS_PATH,
      ttl: init.extractHeadersTtl ?? DEFAULT_EXTRACT_HEADERS_TTL
    })
    this.#context = { cluster, node: this.#node, logger: this.#logger }
    this.#host = new HttpHost(
      {
        idleTimeout: DEFAULT_IDLE_TIMEOUT,
        ...rest,
        ...(init.logFile !== undefined && { httpLogFile: init.logFile }),
        httpListenMultiaddress: listenMultiaddress
      },
      {
        name: NAME,
        routes: ipfsProxyRoutes.flatMap((route) => METHODS.map((method) => ({ ...route, method }))),
        greeting: (address) => `IPFS Proxy: ${address} -> ${nodeMultiaddress}`,
        answer: (routed, ends) => this.#answer(routed, ends)
      },
      { logger }
    )
  }

  /** Where the proxy listens, with the ports that the system chose. Empty until started. */
  get addresses(): Multiaddr[] {
    return this.#host.addresses
  }

  /** @throws ClusterError `ERR_LISTEN` or `ERR_BAD_MULTIADDR` */
  async start(): Promise<void> {
    await this.#host.start()
  }

  async stop(): Promise<void> {
    await this.#host.stop()
    await this.#node.close()
  }

  async #answer(routed: Routed<ProxyContext>, ends: Ends): Promise<number> {
    const { request, response } = routed
    const exchange = { request, response, signal: ends.abort.signal }
    const size = await this.#serve(routed, exchange, ends)
    await dropRest(request)
    return size
  }

  async #serve(routed: Routed<ProxyContext>, exchange: Exchange, ends: Ends): Promise<number> {
    const { request, target, route, params } = routed
    const wrong = missingHost(request) ?? readTarget(target, request.method ?? '', 'keep').answer
    if (wrong !== undefined) return writeAnswer(this.#style(), exchange, wrong)
    const query = queryOf(target)
    // What is in the path in place of an argument must be something; else the path is another one.
    if (route === undefined || params['arg'] === '' || isPlainPut(route, query)) return this.#pass(exchange, target)
    const refused = await this.#refuse(request)
    if (refused !== undefined) return writeAnswer(this.#style(), exchange, refused)
    const headers = await this.#headers.for(request)
    const answer = await this.#handle(route, new HttpRequest(request, params, query, ends))
    return writeAnswer(this.#style(headers), exchange, answer)
  }

  /** The node's own protection of its users, which is not asked where the cluster answers. */
  async #refuse(request: IncomingMessage): Promise<Answer | undefined> {
    if (request.method === 'GET') return refusal(405)
    if (!(await isForeign(request, this.#headers))) return undefined
    this.#logger.warn(`refused a request for ${request.url} from a page of ${request.headers.origin ?? 'no origin'}`)
    return refusal(403)
  }

  async #pass(exchange: Exchange, target: string): Promise<number> {
    const { request, response, signal } = exchange
    try {
      return await this.#node.relay(request, target, { response, signal })
    } catch (err) {
      if (signal.aborted) return 0
      this.#logger.error(`the IPFS node did not answer ${request.method} ${target}: ${this.#node.reasonOf(err)}`)
      if (!response.headersSent) return writeAnswer(this.#style(), exchange, BAD_GATEWAY)
      // What has been cut short must not look complete.
      response.destroy()
      return 0
    }
  }

  async #handle(route: NonNullable<Routed<ProxyContext>['route']>, request: HttpRequest): Promise<Answer> {
    try {
      return await route.handle(this.#context, request)
    } catch (err) {
      if (!request.signal.aborted) this.#logger.error(`sending error response: ${messageOf(err)}`)
      return failure(proxyErrorBody, 500, messageOf(err))
    }
  }

  #style(headers: readonly string[] = []): AnswerStyle {
    return {
      headers: ['Server', SERVER],
      errorBody: proxyErrorBody,
      corsHeaders: () => headers,
      onStreamError: (message) => this.#logger.error(`answer cut short: ${message}`)
    }
  }
}

/** A body of which nobody wanted the rest would hold up the next request of the connection: it ends, or they do. */
async function dropRest(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return
  await linger(request)
  // What is left of the answer still goes out.
  if (!request.complete) request.socket.destroySoon()
}
