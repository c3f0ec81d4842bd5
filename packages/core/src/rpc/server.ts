import type { PeerId } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'
import type { ByteStream } from '../network/byte-stream.ts'
import type { ComponentLogger } from '../util/logger.ts'
import type { Startable } from '../util/startable.ts'
import type { RpcServerInit } from './defaults.ts'
import { SERVER_DEFAULTS } from './defaults.ts'
import type { ServedService } from './handlers.ts'
import { Endpoints } from './handlers.ts'
import type { RpcNetwork } from './interface.ts'
import type { RpcMethod } from './service.ts'
import type { ServerCallComponents } from './server-call.ts'
import { ServerCall } from './server-call.ts'

/** What a server of calls needs. */
export interface RpcServerComponents {
  logger: ComponentLogger
  network: RpcNetwork
  services: Iterable<ServedService>
  /** Whether that peer may call the methods that are for trusted peers. */
  isTrusted(peer: PeerId): boolean
}

/** Answers the calls of other peers. */
export class RpcServer implements Startable {
  readonly #components: RpcServerComponents
  readonly #settings: Required<RpcServerInit>
  readonly #call: ServerCallComponents
  readonly #running = new Map<ServerCall, Promise<void>>()
  readonly #callsOf = new Map<PeerId, number>()
  #stopTaking: (() => Promise<void>) | undefined

  constructor(components: RpcServerComponents, init: RpcServerInit) {
    this.#components = components
    this.#settings = { ...SERVER_DEFAULTS, ...init }
    this.#call = {
      log: components.logger.forComponent('rpc'),
      endpoints: new Endpoints(components.services),
      settings: this.#settings,
      isAllowed: (method, caller) => this.#isAllowed(method, caller)
    }
  }

  async start(): Promise<void> {
    this.#stopTaking ??= await this.#components.network.handle(this.#settings.protocol, (stream, peer) =>
      this.#take(stream, peer)
    )
  }

  async beforeStop(): Promise<void> {
    await this.#stopTaking?.()
    this.#stopTaking = undefined
  }

  async stop(): Promise<void> {
    await this.beforeStop()
    const reason = new Error('the peer stops')
    for (const call of this.#running.keys()) call.abort(reason)
    await Promise.all(this.#running.values())
  }

  #isAllowed(method: RpcMethod, caller: PeerId): boolean {
    if (this.#settings.closed.some((each) => each.service === method.service && each.method === method.method))
      return false
    return method.policy === 'open' || (method.policy === 'trusted' && this.#components.isTrusted(caller))
  }

  #take(stream: ByteStream, peer: PeerId): void {
    const { maxCalls, maxCallsPerPeer, maxCallsPerStranger } = this.#settings
    const ofPeer = this.#callsOf.get(peer) ?? 0
    const limit = this.#components.isTrusted(peer) ? maxCallsPerPeer : maxCallsPerStranger
    if (this.#running.size >= maxCalls || ofPeer >= limit) {
      this.#call.log.debug(`too many calls at once, one of ${peer} is reset`)
      stream.abort(new Error('too many calls at once'))
      return
    }
    const call = new ServerCall(this.#call, stream, peer)
    this.#callsOf.set(peer, ofPeer + 1)
    this.#running.set(call, this.#run(call, peer))
  }

  async #run(call: ServerCall, peer: PeerId): Promise<void> {
    try {
      await call.run()
    } catch (err) {
      this.#call.log.error(`a call of ${peer}: ${messageOf(err)}`)
    }
    this.#running.delete(call)
    const left = (this.#callsOf.get(peer) ?? 1) - 1
    if (left === 0) this.#callsOf.delete(peer)
    else this.#callsOf.set(peer, left)
  }
}
