import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { ClusterError } from '@ipfs-cluster/api'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { ComponentLogger, Logger, Startable } from '@ipfs-cluster/core/util'
import { messageOf } from '@ipfs-cluster/core/util'
import { AccessLog } from './access-log.ts'
import { DEFAULT_READ_HEADER_TIMEOUT, DEFAULT_STOP_GRACE, LAST_WORDS } from './defaults.ts'
import { InFlight } from './in-flight.ts'
import type { HttpSurfaceInit } from './init.ts'
import { Libp2pListener } from './libp2p-listener.ts'
import type { Libp2pHost } from './libp2p-listener.ts'
import { Listener } from './listener.ts'
import type { Listening } from './listener.ts'
import { ownHost } from './own-host.ts'
import type { Route } from './route.ts'
import { createRoutedServer } from './server.ts'
import type { Routed } from './server.ts'
import type { StreamSocket } from './stream-socket.ts'
import { acceptTls, readTlsFiles } from './tls.ts'
import type { TlsFiles } from './tls.ts'
import { Turns } from './turns.ts'

/** What ends an answer before its time. */
export interface Ends {
  /** Aborted when the client has gone, or the server stops and cannot wait longer. */
  readonly abort: AbortController
  /** Aborts as soon as the server stops, for answers that have no end of their own. */
  readonly closing: AbortSignal
}

/** What is done with the requests of a server. */
export interface HostKind<C> {
  /** Name in the log, e.g. `restapi`. */
  readonly name: string
  readonly routes: readonly Route<C>[]
  /** The words that say where it listens. */
  greeting(address: Multiaddr): string
  /** Answers a request. @returns bytes of the body */
  answer(routed: Routed<C>, ends: Ends): Promise<number>
  /** Called when the server has stopped. */
  onStop?(): void
}

export interface HttpHostComponents {
  logger: ComponentLogger
  /** A libp2p host of somebody else where requests are taken as well, unless one of its own is configured. */
  libp2p?: Libp2pHost | undefined
}

/** A server with a life: where it listens, its connections, its access log, and the answers that are being made. */
export class HttpHost<C> implements Startable {
  readonly #init: HttpSurfaceInit
  readonly #kind: HostKind<C>
  readonly #logger: Logger
  readonly #accessLogger: Logger
  readonly #inFlight = new InFlight()
  readonly #turns = new Turns()
  readonly #sharedHost: Libp2pHost | undefined
  readonly #listeners: Listening[] = []
  #libp2p: Libp2pListener | undefined
  #servers: readonly Server[] = []
  #accessLog: AccessLog | undefined
  #closing = new AbortController()

  constructor(init: HttpSurfaceInit, kind: HostKind<C>, { logger, libp2p }: HttpHostComponents) {
    this.#init = init
    this.#kind = kind
    this.#sharedHost = libp2p
    this.#logger = logger.forComponent(kind.name)
    this.#accessLogger = logger.forComponent(`${kind.name}log`)
  }

  /** Where the server listens, with the ports that the system chose. Empty until started. */
  get addresses(): Multiaddr[] {
    return this.#listeners.flatMap((listener) => listener.addresses)
  }

  /** Where it can be had over libp2p, each ending in `/p2p/<id>`. Empty until started, and when it is not. */
  get libp2pAddresses(): Multiaddr[] {
    return this.#libp2p?.addresses ?? []
  }

  /** @throws ClusterError `ERR_LISTEN`, `ERR_TLS_FILES`, `ERR_BAD_MULTIADDR` or `ERR_CONFIG` */
  async start(): Promise<void> {
    if (this.#servers.length > 0) return
    const tls = await this.#readTls()
    const server = await this.#createServer(tls)
    this.#servers = [server]
    this.#closing = new AbortController()
    this.#accessLog = new AccessLog(this.#init.httpLogFile, this.#accessLogger)
    try {
      for (const address of this.#init.httpListenMultiaddress) {
        this.#listeners.push(await Listener.open(address, (socket) => this.#accept(server, tls, socket)))
      }
      this.#libp2p = await this.#listenOverLibp2p(tls === undefined ? server : undefined)
    } catch (err) {
      await this.stop()
      throw err
    }
    this.#greet()
  }

  /** Takes no more connections, lets answers in flight end for a while, then cuts them off. */
  async stop(): Promise<void> {
    const servers = this.#servers
    if (servers.length === 0) return
    this.#servers = []
    const listeners: Listening[] = this.#libp2p === undefined ? this.#listeners : [...this.#listeners, this.#libp2p]
    const closed = Promise.all(listeners.map((listener) => listener.close()))
    for (const server of servers) server.closeIdleConnections()
    this.#closing.abort(new Error('the peer is shutting down'))
    await this.#inFlight.settled(this.#init.stopGrace ?? DEFAULT_STOP_GRACE)
    this.#inFlight.abortAll(new Error('the peer is shutting down'))
    await this.#inFlight.settled(LAST_WORDS)
    for (const listener of listeners) listener.dropConnections()
    await closed
    this.#listeners.length = 0
    this.#libp2p = undefined
    for (const server of servers) server.close()
    await this.#accessLog?.close()
    this.#kind.onStop?.()
  }

  #createServer(tls: TlsFiles | undefined): Promise<Server> {
    return createRoutedServer(this.#init, tls, this.#kind.routes, (routed) => this.#serve(routed))
  }

  /** @param plain - a server without TLS, if there is one: streams of libp2p are secure by themselves */
  async #listenOverLibp2p(plain: Server | undefined): Promise<Libp2pListener | undefined> {
    const own = await ownHost(this.#init)
    const host = own ?? this.#sharedHost
    if (host === undefined) return undefined
    const server = plain ?? (await this.#createServer(undefined))
    if (plain === undefined) this.#servers = [...this.#servers, server]
    await own?.start()
    const take = (socket: StreamSocket): boolean => server.emit('connection', socket)
    return Libp2pListener.open(host, take, async () => own?.stop())
  }

  #greet(): void {
    for (const address of this.addresses) this.#logger.info(this.#kind.greeting(address))
    if (this.#libp2p === undefined) return
    this.#logger.info(`${this.#kind.name.toUpperCase()} (libp2p-http): ENABLED. Listening on:`)
    for (const address of this.libp2pAddresses) this.#logger.info(`        ${address}`)
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

  async #serve(routed: Routed<C>): Promise<void> {
    const { request, response, target } = routed
    await this.#turns.take(request, response)
    const abort = this.#inFlight.track(response, this.#init.writeTimeout ?? 0)
    try {
      const size = await this.#kind.answer(routed, { abort, closing: this.#closing.signal })
      this.#accessLog?.write(request, target, response, size)
    } catch (err) {
      this.#logger.error(`cannot answer ${request.method} ${target}: ${messageOf(err)}`)
      response.destroy()
    }
  }
}
