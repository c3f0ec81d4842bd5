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
import { Listener } from './listener.ts'
import type { Route } from './route.ts'
import { createRoutedServer } from './server.ts'
import type { Routed } from './server.ts'
import { acceptTls, readTlsFiles } from './tls.ts'
import type { TlsFiles } from './tls.ts'

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

/** A server with a life: where it listens, its connections, its access log, and the answers that are being made. */
export class HttpHost<C> implements Startable {
  readonly #init: HttpSurfaceInit
  readonly #kind: HostKind<C>
  readonly #logger: Logger
  readonly #accessLogger: Logger
  readonly #inFlight = new InFlight()
  readonly #listeners: Listener[] = []
  #server: Server | undefined
  #accessLog: AccessLog | undefined
  #closing = new AbortController()

  constructor(init: HttpSurfaceInit, kind: HostKind<C>, { logger }: { logger: ComponentLogger }) {
    this.#init = init
    this.#kind = kind
    this.#logger = logger.forComponent(kind.name)
    this.#accessLogger = logger.forComponent(`${kind.name}log`)
  }

  /** Where the server listens, with the ports that the system chose. Empty until started. */
  get addresses(): Multiaddr[] {
    return this.#listeners.map((listener) => listener.address)
  }

  /** @throws ClusterError `ERR_LISTEN`, `ERR_TLS_FILES` or `ERR_BAD_MULTIADDR` */
  async start(): Promise<void> {
    if (this.#server !== undefined) return
    const tls = await this.#readTls()
    const server = await createRoutedServer(this.#init, tls, this.#kind.routes, (routed) => this.#serve(routed))
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
    for (const address of this.addresses) this.#logger.info(this.#kind.greeting(address))
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
    await this.#accessLog?.close()
    this.#kind.onStop?.()
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
